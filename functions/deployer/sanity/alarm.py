"""Tests of a CloudWatch alarm: it may act, and whom it tells exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.sanity.reference import label, named
from deployer.sanity.statement import is_false, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::CloudWatch::Alarm",)
_KINDS: Final = ("AlarmActions", "OKActions", "InsufficientDataActions")


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    alarm, properties = {"alarm": resource["physicalId"]}, resource["properties"]
    is_off = is_false(properties.get("ActionsEnabled", True))
    test = statement(resource, "exists", "alarm.enabled", {**alarm, "mayBeDisabled": is_off})
    yield undecided(test, properties, "ActionsEnabled")
    for kind in _KINDS:
        actions = properties.get(kind)
        for action in actions if isinstance(actions, list) else ():
            if isinstance(action, str):
                spec = {**alarm, "kind": kind, "action": action, "reference": named(action, scene.deployed)}
                what = f"tells {label(action, scene.deployed)} by its {kind}"
                yield statement(resource, what, "alarm.action", spec)
