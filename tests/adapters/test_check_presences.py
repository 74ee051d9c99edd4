"""What can only be looked at: there, on its way, or on its way out."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_resource, arn

from deployer.aws.checks.missing import is_missing
from deployer.aws.checks.presences import CHECKS
from deployer.aws.clients import client
from deployer.sanity.presence import TYPES
from deployer.sanity.presence import tests as generated


def a_stack(kind: str, physical_id: str, **properties: Any) -> Stack:
    return Stack(generated, CHECKS, a_resource(kind, "Thing", physical_id, **properties))


def test_things_that_are_there(aws: None) -> None:
    """Each is seen without its contents."""
    client("logs").create_log_group(logGroupName="/shop")
    client("ssm").put_parameter(Name="/shop/level", Value="secret-value", Type="String")
    secret = client("secretsmanager").create_secret(Name="shop", SecretString="secret-value")["ARN"]
    client("kinesis").create_stream(StreamName="clicks", ShardCount=1)
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("apigateway").create_domain_name(domainName="api.example.com")
    client("apigatewayv2").create_domain_name(DomainName="web.example.com")
    things = {
        "ApiGateway::DomainName": "api.example.com",
        "ApiGatewayV2::DomainName": "web.example.com",
        "Events::EventBus": "default",
        "KMS::Key": key,
        "Kinesis::Stream": "clicks",
        "Logs::LogGroup": "/shop",
        "SSM::Parameter": "/shop/level",
        "SecretsManager::Secret": secret,
    }

    outcomes = [a_stack(kind, physical_id).outcome("Thing exists") for kind, physical_id in things.items()]

    assert {outcome.status for outcome in outcomes} == {"pass"}
    assert "secret-value" not in str(outcomes)


@pytest.mark.parametrize(
    ("kind", "physical_id"),
    [("Logs::LogGroup", "/shop"), ("SSM::Parameter", "/shop"), ("Kinesis::Stream", "x"), ("KMS::Key", "x")],
)
def test_things_that_are_gone(aws: None, kind: str, physical_id: str) -> None:
    """Where AWS has an empty list for that, it is missing all the same."""
    with pytest.raises(ClientError) as caught:
        a_stack(kind, physical_id).outcome("Thing exists")

    assert is_missing(caught.value)


def test_log_group_with_a_longer_name(aws: None) -> None:
    """It is another one."""
    client("logs").create_log_group(logGroupName="/shop-two")

    with pytest.raises(ClientError):
        a_stack("Logs::LogGroup", "/shop").outcome("Thing exists")


def test_secret_that_is_to_be_deleted(aws: None) -> None:
    """It can be described, and not be used."""
    secret = client("secretsmanager").create_secret(Name="shop", SecretString="x")["ARN"]
    client("secretsmanager").delete_secret(SecretId=secret)

    assert "PendingDeletion" in a_stack("SecretsManager::Secret", secret).failures()["Thing exists"]


@pytest.mark.parametrize(("enabled", "verdict"), [(True, "fail"), (False, "pass")])
def test_key_that_is_disabled(aws: None, enabled: bool, verdict: str) -> None:
    """It is a fault, unless the template has it so."""
    key = client("kms").create_key()["KeyMetadata"]["KeyId"]
    client("kms").disable_key(KeyId=key)

    assert a_stack("KMS::Key", key, Enabled=enabled).verdicts() == {"Thing exists": verdict}


def test_stream_that_is_made(aws: None) -> None:
    """It may be ready later."""
    summary: Any = {"StreamName": "x", "StreamARN": "arn:aws:kinesis:us-east-1:123456789012:stream/x"}
    summary |= {"StreamStatus": "CREATING", "RetentionPeriodHours": 24, "StreamCreationTimestamp": 0}
    summary |= {"EnhancedMonitoring": [], "OpenShardCount": 1}
    with Stubber(client("kinesis")) as stub:
        stub.add_response("describe_stream_summary", {"StreamDescriptionSummary": summary})
        outcome = a_stack("Kinesis::Stream", "x").outcome("Thing exists")

    assert (outcome.status, outcome.may_pass_later) == ("skip", True)


def test_key_without_material(aws: None) -> None:
    """Somebody has to bring it, and no template can."""
    key = client("kms").create_key()["KeyMetadata"]
    with Stubber(client("kms")) as stub:
        stub.add_response("describe_key", {"KeyMetadata": {**key, "KeyState": "PendingImport"}})
        outcome = a_stack("KMS::Key", key["KeyId"]).outcome("Thing exists")

    assert (outcome.status, outcome.may_pass_later) == ("skip", False)


@pytest.mark.parametrize(
    ("status", "verdict", "may_pass_later"),
    [
        ("AVAILABLE", "pass", False),
        ("UPDATING", "pass", False),
        ("PENDING", "skip", True),
        ("PENDING_CERTIFICATE_REIMPORT", "skip", False),
        ("PENDING_OWNERSHIP_VERIFICATION", "skip", False),
        ("FAILED", "fail", False),
    ],
)
def test_domain(aws: None, status: str, verdict: str, may_pass_later: bool) -> None:
    """Both kinds say themselves whether they can be used; what waits for a certificate waits for a person."""
    with Stubber(client("apigateway")) as rest, Stubber(client("apigatewayv2")) as http:
        rest.add_response("get_domain_name", {"domainNameStatus": status}, {"domainName": "api.example.com"})
        http.add_response("get_domain_name", {"DomainNameConfigurations": [{"DomainNameStatus": status}]})
        outcomes = [
            a_stack(kind, "api.example.com").outcome("Thing exists")
            for kind in ("ApiGateway::DomainName", "ApiGatewayV2::DomainName")
        ]

    assert [(each.status, each.may_pass_later) for each in outcomes] == [(verdict, may_pass_later)] * 2


def test_private_domain(aws: None) -> None:
    """Several of one name may be there: AWS is asked for that of the id."""
    domain = arn("apigateway", "/domainnames/api.example.com+abcd1234")
    with Stubber(client("apigateway")) as stub:
        asked = {"domainName": "api.example.com", "domainNameId": "abcd1234"}
        stub.add_response("get_domain_name", {"domainNameStatus": "AVAILABLE"}, asked)
        outcome = a_stack("ApiGateway::DomainNameV2", domain).outcome("Thing exists")

    assert (outcome.status, outcome.evidence) == ("pass", {"state": "AVAILABLE"})


@pytest.mark.parametrize("kind", ["ApiGateway::DomainName", "ApiGatewayV2::DomainName"])
def test_domain_that_is_gone(aws: None, kind: str) -> None:
    """Either service says so."""
    with pytest.raises(ClientError) as caught:
        a_stack(kind, "api.example.com").outcome("Thing exists")

    assert is_missing(caught.value)


def test_commands() -> None:
    """There is a line to reproduce for each type."""
    from deployer.aws.checks.presences import _COMMANDS

    assert set(_COMMANDS) == set(TYPES)
