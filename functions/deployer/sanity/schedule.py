"""Tests of what runs by itself in EventBridge: a schedule of the Scheduler, and a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.reference import label, named
from deployer.sanity.statement import statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Scheduler::Schedule", "AWS::Pipes::Pipe")


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    yield from (_pipe if resource["type"] == "AWS::Pipes::Pipe" else _schedule)(resource, scene)


def _schedule(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties = resource["properties"]
    schedule = {
        "schedule": resource["physicalId"].rpartition("/")[2].rpartition("|")[2],
        "group": _text(properties.get("GroupName")) or "default",
        "isOnce": str(properties.get("ScheduleExpression", "")).startswith("at("),
    }
    if properties.get("State") != "DISABLED":
        test = statement(resource, "is enabled", "schedule.enabled", schedule)
        yield undecided(test, properties, "State", "GroupName", "ScheduleExpression")
    target = properties.get("Target")
    if isinstance(target, dict):
        arn = _text(target.get("Arn"))
        what = f"calls {label(arn, scene.deployed)}" if arn else "calls its target"
        dead_letters = target.get("DeadLetterConfig")
        last = dead_letters.get("Arn") if isinstance(dead_letters, dict) else None
        named_ones = (named(each, scene.deployed) for each in (arn, target.get("RoleArn"), last))
        ends = [each for each in named_ones if each]
        test = statement(resource, what, "schedule.target", {**schedule, "target": arn, "ends": ends})
        yield undecided(test, properties, "GroupName", "ScheduleExpression")


def _pipe(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties, pipe = resource["properties"], {"pipe": resource["physicalId"].rpartition("/")[2]}
    if properties.get("DesiredState") != "STOPPED":
        yield undecided(statement(resource, "is running", "pipe.running", pipe), properties, "DesiredState")
    for end, verb in (("Source", "reads"), ("Enrichment", "asks"), ("Target", "sends to")):
        arn = _text(properties.get(end))
        if arn:
            spec = {**pipe, "end": end, "arn": arn, "reference": named(arn, scene.deployed)}
            yield statement(resource, f"{verb} {label(arn, scene.deployed)}", "pipe.end", spec)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
