"""What is asked of a state machine."""

from __future__ import annotations

import json
from typing import Any

from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.state_machine import tests as generated

FUNCTION = a_function()
DEFINITION = {
    "StartAt": "A",
    "States": {
        "A": {"Type": "Task", "Resource": arn("lambda", "function:orders"), "Next": "B"},
        "B": {"Type": "Task", "Resource": arn("lambda", "function:orders"), "End": True},
    },
}


def found(files: dict[str, str] | None = None, **properties: Any) -> list[Any]:
    machine = a_resource("StepFunctions::StateMachine", "Flow", arn("states", "stateMachine:flow"), **properties)
    return list(generated(machine, a_scene(machine, FUNCTION, files=files)))


def test_definition_in_the_template() -> None:
    """What it names has a test, once."""
    names = [test["name"] for test in found(DefinitionString=json.dumps(DEFINITION))]

    assert names == [
        "Flow is active and its definition valid",
        "Flow calls what exists",
        "Flow calls Orders",
    ]


def test_definition_in_s3() -> None:
    """What is put into it is known."""
    tests = found(DefinitionSubstitutions={"Name": "orders", "Level": "INFO"})

    assert [test["name"] for test in tests][2:] == ["Flow calls Orders"]


def test_substitution_without_a_place() -> None:
    """What is not put into a definition in the template is not called."""
    definition = json.dumps(DEFINITION).replace(arn("lambda", "function:orders"), "${Used}")
    unused = found(DefinitionString=definition, DefinitionSubstitutions={"Unused": "orders"})
    used = found(DefinitionString=definition, DefinitionSubstitutions={"Used": "orders"})

    assert [len(unused), len(used)] == [2, 3]
    assert used[2]["spec"]["isWritten"]


def test_role() -> None:
    """That the machine runs as the role of its template is tested."""
    tests = found(RoleArn="arn:aws:iam::123456789012:role/flow")

    assert tests[-1]["name"] == "Flow runs as role/flow"


def test_express_machine_with_an_example() -> None:
    """It is run with the repository's input for it, and writes whatever its states write."""
    tests = found({"events/flow-input.json": '{"id": 1}'}, StateMachineType="EXPRESS")

    assert tests[-1]["name"] == "Flow runs with events/flow-input.json"
    assert tests[-1]["spec"]["input"] == '{"id": 1}'
    assert tests[-1]["isMutating"] is True


def test_machine_that_is_not_run() -> None:
    """A standard machine is not, nor is any with a file that is no input for it."""
    files = {
        "events/orders.json": "{}",
        "example-pattern.json": "{}",
        "eventbridge-flow.json": "{}",
        "flow/event.asl.json": "{}",
        "flow/input.json": "[]",
    }

    assert "runs" not in found(files, StateMachineType="EXPRESS")[-1]["check"]
    assert "runs" not in found({"flow/input.json": "{}"}, StateMachineType="STANDARD")[-1]["check"]
