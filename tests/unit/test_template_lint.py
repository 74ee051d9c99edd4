"""What cfn-lint says of what it does not see in template.yaml: the definitions, and what SAM makes of it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint
from tests.unit import application
from tests.unit.application import MACHINES


def findings(template: dict[str, Any]) -> list[str]:
    """Errors and warnings; cfn-lint's informational notes are advice."""
    return [str(match) for match in lint(json.dumps(template), config=ManualArgs(regions=["us-east-1"]))]


def substituted(name: str) -> dict[str, Any]:
    """The definition as the template would hand it over."""
    text = json.dumps(application.definition(name)).replace("${Partition}", "aws")
    text = re.sub(r"\$\{(\w+)FunctionArn\}", r"arn:aws:lambda:us-east-1:123456789012:function:\1", text)
    loaded: dict[str, Any] = json.loads(re.sub(r"\$\{(\w+)\}", r"\1", text))
    return loaded


@pytest.mark.parametrize("name", MACHINES.values())
def test_definition(name: str) -> None:
    """Each definition is Amazon States Language (rule E3601, which reads inline definitions only)."""
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/machine",
            "Definition": substituted(name),
        },
    }

    assert findings({"Resources": {"Machine": machine}}) == []


def test_definition_that_is_wrong() -> None:
    """The rule is at work: a state that goes nowhere is found."""
    wrong = substituted("deploy")
    del wrong["States"]["WaitForStack"]["Next"]
    properties = {"RoleArn": "arn:aws:iam::123456789012:role/machine", "Definition": wrong}

    found = findings(
        {"Resources": {"Machine": {"Type": "AWS::StepFunctions::StateMachine", "Properties": properties}}}
    )

    assert any("E3601" in each or "WaitForStack" in each for each in found)


def test_expanded_template() -> None:
    """SAM's roles and permissions are in it too: no circle, no unknown property, no invalid policy."""
    assert findings(application.expanded()) == []
