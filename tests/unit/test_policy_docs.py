"""docs/security.md has every rule that templates are judged by, and the parameter that allows what it refuses."""

from __future__ import annotations

import re

import pytest
from tests.unit import application
from tests.unit.application import ROOT

from deployer.policy.judge import RULES

_, _, SECTION = (ROOT / "docs" / "security.md").read_text().partition("## What a template may not hold\n")
ROWS = dict(re.findall(r"^\| `(\w+)` \|.*\|([^|]*)\|$", SECTION.partition("\n## ")[0], re.MULTILINE))
NAMES = sorted(rule.__name__ for rule in RULES)


def test_rules() -> None:
    """There is a row for each rule, and for nothing else."""
    assert sorted(ROWS) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_parameter_of_the_rule(name: str) -> None:
    """A rule is the one function of its module's name, and names the parameter that the page has for it."""
    source = (ROOT / "functions" / "deployer" / "policy" / f"{name}.py").read_text()
    named = re.findall(r'_PARAMETER: Final = "(\w+)"', source)

    assert f"def {name}(" in source
    assert re.findall(r"`(\w+)`", ROWS[name]) == named
    assert set(named) <= application.template()["Parameters"].keys()
