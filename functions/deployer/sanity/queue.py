"""Tests of an SQS queue: reachable, and what it gives up on goes where its template says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.hostile_json import parsed
from deployer.sanity.reference import label, named
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::SQS::Queue",)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    queue = {"queue": resource["physicalId"]}
    yield statement(resource, "is reachable", "queue.reachable", queue)
    redrive = _redrive(resource["properties"].get("RedrivePolicy"))
    if redrive is not None:
        target = redrive.get("deadLetterTargetArn")
        known = target if isinstance(target, str) else None
        what = f"gives up to {label(known, scene.deployed)}" if known else "has a queue to give up to"
        spec = {**queue, "target": known, "reference": named(known, scene.deployed)}
        yield statement(resource, what, "queue.redrive", spec)


def _redrive(policy: Any) -> dict[str, Any] | None:
    """A template gives it as an object or as JSON."""
    if isinstance(policy, str):
        try:
            policy = parsed(policy)
        except ValueError:
            return None
    return policy if isinstance(policy, dict) and policy else None
