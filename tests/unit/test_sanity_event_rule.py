"""What is asked of an EventBridge rule."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.event_rule import tests as generated

FUNCTION = a_function()
TARGET = {"Arn": arn("lambda", "function:orders"), "Id": "1"}


def found(physical_id: str = "shop-rule", **properties: Any) -> list[Any]:
    rule = a_resource("Events::Rule", "Daily", physical_id, **properties)
    return list(generated(rule, a_scene(rule, FUNCTION)))


def test_rule() -> None:
    """It is enabled, and each target of the template has a test."""
    tests = found(Targets=[TARGET, {"Arn": None, "Id": "2"}])

    assert [test["name"] for test in tests] == [
        "Daily is enabled",
        "Daily sends to Orders",
        "Daily sends to a target",
    ]
    assert tests[1]["spec"]["delivery"]["sender"]["arn"] == arn("events", "rule/shop-rule")


def test_rule_that_its_template_disables() -> None:
    """That it is disabled is as it should be."""
    assert [test["name"] for test in found(State="DISABLED", Targets=[TARGET])] == ["Daily sends to Orders"]


@pytest.mark.parametrize("properties", [{"State": None}, {"EventBusName": None}])
def test_rule_of_which_only_aws_knows(properties: Any) -> None:
    """Whether it should be enabled, or where it is, cannot be told."""
    assert found(**properties)[0]["skip"]


@pytest.mark.parametrize(
    ("physical_id", "bus", "expected"),
    [
        ("rule", None, "default"),
        ("orders|rule", None, "orders"),
        ("rule", "orders", "orders"),
        ("rule", arn("events", "event-bus/orders"), "orders"),
    ],
)
def test_bus(physical_id: str, bus: str | None, expected: str) -> None:
    """The bus is in the physical id, or given by name or ARN."""
    test = found(physical_id, EventBusName=bus)[0]

    assert test["spec"] == {"rule": "rule", "bus": expected}
