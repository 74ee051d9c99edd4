"""Tests of what can only be looked at: it exists and, where it has a state, can be used. Never what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.sanity.reference import reference
from deployer.sanity.statement import is_false, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = (
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGatewayV2::DomainName",
    "AWS::AppSync::GraphQLApi",
    "AWS::Cognito::IdentityPool",
    "AWS::Events::EventBus",
    "AWS::KMS::Key",
    "AWS::Kinesis::Stream",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::Lambda::Alias",
    "AWS::Lambda::LayerVersion",
    "AWS::Lambda::Version",
    "AWS::Logs::LogGroup",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
    "AWS::StepFunctions::Activity",
)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    is_off = resource["type"] == "AWS::KMS::Key" and is_false(resource["properties"].get("Enabled", True))
    spec = {"reference": reference(resource, scene.deployed), "mayBeDisabled": is_off}
    test = statement(resource, "exists", "presence.usable", spec)
    yield undecided(test, resource["properties"], "Enabled") if resource["type"] == "AWS::KMS::Key" else test
