"""Statements, and how a template's properties are read for them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deployed_stack import a_function

from deployer.sanity.statement import entries, is_false, statement, undecided


def test_statement() -> None:
    """Its name begins with the logical id."""
    test = statement(a_function(), "exists", "function.exists", {"function": "orders"})

    assert test == {
        "name": "Orders exists",
        "resourceType": "AWS::Lambda::Function",
        "logicalId": "Orders",
        "physicalId": "orders",
        "check": "function.exists",
        "spec": {"function": "orders"},
    }


@pytest.mark.parametrize("value", [None, "text", 7, {"a": 1}, [None, "x"]])
def test_what_is_no_list_of_objects(value: Any) -> None:
    """A template is data from outside: what makes no sense in it is left out."""
    assert entries(value) == []


@pytest.mark.parametrize(("value", "expected"), [(False, True), ("false", True), (True, False), (None, False)])
def test_no(value: Any, expected: bool) -> None:
    """Templates write it as a boolean or as a text."""
    assert is_false(value) is expected


def test_what_only_aws_knows() -> None:
    """A test that it decides about is skipped, with the reason; what is not in the template decides nothing."""
    test = statement(a_function(), "is on", "function.on", {})

    assert "skip" not in undecided({**test}, {"State": "ENABLED"}, "State", "Other")
    assert "State" in undecided({**test}, {"State": None}, "State")["skip"]
