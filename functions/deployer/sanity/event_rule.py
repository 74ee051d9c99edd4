"""Tests of an EventBridge rule: its state, and that each of its targets gets what matches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.delivery import delivery, sender
from deployer.sanity.identity import arn_of
from deployer.sanity.reference import named
from deployer.sanity.statement import entries, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Events::Rule",)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    rule, properties = _rule(resource), resource["properties"]
    decides = () if "|" in resource["physicalId"] else ("EventBusName",)
    if properties.get("State") != "DISABLED":
        yield undecided(statement(resource, "is enabled", "rule.enabled", rule), properties, "State", *decides)
    for target in entries(properties.get("Targets")):
        yield undecided(_target(resource, rule, target, scene), properties, *decides)


def _rule(resource: DeployedResource) -> dict[str, str]:
    """What EventBridge is asked by. A rule of another bus is `bus|name`; a template may name the bus by ARN."""
    bus, _, name = resource["physicalId"].rpartition("|")
    given = resource["properties"].get("EventBusName")
    named = given.partition(":event-bus/")[2] or given if isinstance(given, str) else ""
    return {"rule": name.rpartition("/")[2], "bus": bus or named or "default"}


def _target(resource: DeployedResource, rule: dict[str, str], target: dict[str, Any], scene: Scene) -> SanityTest:
    arn = arn_of(resource["type"], resource["physicalId"], resource["properties"], scene.deployed.place)
    source = sender("events.amazonaws.com", arn, scene.deployed)
    sent = delivery(target.get("Arn"), source, scene.deployed, target)
    dead_letters = target.get("DeadLetterConfig")
    spec = {
        **rule,
        "id": target.get("Id"),
        "delivery": sent,
        "deadLetters": named(dead_letters.get("Arn"), scene.deployed) if isinstance(dead_letters, dict) else None,
    }
    return statement(resource, f"sends to {sent['label']}", "rule.target", spec)
