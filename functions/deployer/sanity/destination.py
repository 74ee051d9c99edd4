"""Tests of where things go on to: a function's results and failures, and what a log group passes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.reference import label, named
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Lambda::Function", "AWS::Lambda::EventInvokeConfig", "AWS::Logs::SubscriptionFilter")


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    yield from _BY_TYPE[resource["type"]](resource, scene)


def _function(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    target = _in(resource["properties"], "DeadLetterConfig").get("TargetArn")
    if isinstance(target, str):
        spec = {"function": resource["physicalId"], **_end(target, scene)}
        spec["isEmbedded"] = scene.addresses.are_embedded
        what = f"gives up to {label(target, scene.deployed)}"
        yield statement(resource, what, "destination.dead_letters", spec)


def _invoke_config(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties = resource["properties"]
    for when in ("OnSuccess", "OnFailure"):
        target = _in(_in(properties, "DestinationConfig"), when).get("Destination")
        function, qualifier = properties.get("FunctionName"), properties.get("Qualifier")
        if isinstance(target, str) and isinstance(function, str) and isinstance(qualifier, str):
            called = {"function": function, "qualifier": qualifier, "when": when}
            what = f"sends to {label(target, scene.deployed)} {when}"
            yield statement(resource, what, "destination.result", {**called, **_end(target, scene)})


def _filter(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    group, target = (resource["properties"].get(key) for key in ("LogGroupName", "DestinationArn"))
    if isinstance(group, str) and isinstance(target, str):
        what = f"passes {label(group, scene.deployed)} on to {label(target, scene.deployed)}"
        yield statement(resource, what, "destination.logs", {"logGroup": group, **_end(target, scene)})


def _end(target: str, scene: Scene) -> dict[str, Any]:
    return {"target": target, "reference": named(target, scene.deployed)}


def _in(value: dict[str, Any], key: str) -> dict[str, Any]:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


_BY_TYPE: Final = {
    "AWS::Lambda::EventInvokeConfig": _invoke_config,
    "AWS::Lambda::Function": _function,
    "AWS::Logs::SubscriptionFilter": _filter,
}
