"""Tests of a Cognito user pool: it exists, so do its clients, and its triggers are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.delivery import delivery, sender
from deployer.sanity.identity import arn_of
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Cognito::UserPool", "AWS::Cognito::UserPoolClient")


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    if resource["type"] == "AWS::Cognito::UserPoolClient":
        pool = resource["properties"].get("UserPoolId")
        test = statement(resource, "exists", "user_pool.client", {"pool": pool, "client": resource["physicalId"]})
        if not isinstance(pool, str):
            test["skip"] = "its user pool cannot be told from the template"
        yield test
        return
    yield statement(resource, "exists", "user_pool.exists", {"pool": resource["physicalId"]})
    yield from _triggers(resource, scene)


def _triggers(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    arn = arn_of(resource["type"], resource["physicalId"], {}, scene.deployed.place)
    source = sender("cognito-idp.amazonaws.com", arn, scene.deployed)
    triggers = resource["properties"].get("LambdaConfig")
    for trigger, function in triggers.items() if isinstance(triggers, dict) else ():
        called = _function(function)
        if called:
            sent = delivery(called, source, scene.deployed)
            spec = {"pool": resource["physicalId"], "trigger": str(trigger), "delivery": sent}
            yield statement(resource, f"calls {sent['label']} for {trigger}", "user_pool.trigger", spec)


def _function(value: Any) -> str | None:
    """Some triggers have the ARN within an object, beside the version of their event."""
    found = value.get("LambdaArn") if isinstance(value, dict) else value
    return found if isinstance(found, str) and found.startswith("arn:") and ":function:" in found else None
