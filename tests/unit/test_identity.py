"""deployer.sanity.identity: what names a resource."""

from __future__ import annotations

import pytest
from tests.deployed_stack import a_resource, a_scene

from deployer.sanity.identity import ROOT_RESOURCE, Place, arn_of, attribute_of, identifiers

PLACE = Place(partition="aws", region="us-east-1", account_id="123456789012")
HERE = "us-east-1:123456789012"


@pytest.mark.parametrize(
    ("kind", "physical_id", "arn"),
    [
        ("AWS::S3::Bucket", "shop", "arn:aws:s3:::shop"),
        ("AWS::SNS::Topic", f"arn:aws:sns:{HERE}:shop", f"arn:aws:sns:{HERE}:shop"),
        ("AWS::Events::Rule", "bus|rule", f"arn:aws:events:{HERE}:rule/bus/rule"),
        ("AWS::Scheduler::Schedule", "daily", f"arn:aws:scheduler:{HERE}:schedule/default/daily"),
        ("AWS::SSM::Parameter", "/shop/url", f"arn:aws:ssm:{HERE}:parameter/shop/url"),
        ("AWS::SSM::Parameter", "shop", f"arn:aws:ssm:{HERE}:parameter/shop"),
        ("AWS::Logs::LogGroup", "/aws/x", f"arn:aws:logs:{HERE}:log-group:/aws/x:*"),
        ("AWS::IAM::Role", "role", "arn:aws:iam::123456789012:role/role"),
        ("AWS::ApiGateway::RestApi", "abc", None),
    ],
)
def test_arn(kind: str, physical_id: str, arn: str | None) -> None:
    """The ARN follows from type and physical id, where a type has one."""
    assert arn_of(kind, physical_id, {}, PLACE) == arn


def test_role_with_an_unknown_path() -> None:
    """Its ARN cannot be told."""
    assert arn_of("AWS::IAM::Role", "role", {"Path": None}, PLACE) is None


@pytest.mark.parametrize(
    ("kind", "physical_id", "attribute", "value"),
    [
        ("AWS::StepFunctions::StateMachine", f"arn:aws:states:{HERE}:stateMachine:flow", "Name", "flow"),
        ("AWS::S3::Bucket", "shop", "DomainName", "shop.s3.amazonaws.com"),
        ("AWS::ApiGatewayV2::Api", "abc", "ApiEndpoint", "https://abc.execute-api.us-east-1.amazonaws.com"),
        ("AWS::ApiGateway::RestApi", "abc", "RootResourceId", ROOT_RESOURCE),
        ("AWS::ApiGateway::Resource", "r1", "ResourceId", "r1"),
        ("AWS::ApiGatewayV2::Integration", "i1", "IntegrationId", "i1"),
        ("AWS::AppSync::GraphQLApi", f"arn:aws:appsync:{HERE}:apis/abc", "ApiId", "abc"),
        ("AWS::Lambda::Version", f"arn:aws:lambda:{HERE}:function:f:3", "Version", "3"),
    ],
)
def test_attribute(kind: str, physical_id: str, attribute: str, value: str | None) -> None:
    """`Fn::GetAtt` gives what follows from the name, and None for what only AWS knows."""
    assert attribute_of(kind, physical_id, attribute, {}, PLACE) == value


def test_names_of_a_queue() -> None:
    """Its address, its ARN and its name each name it."""
    url = "https://sqs.us-east-1.amazonaws.com/123456789012/orders"

    assert identifiers("AWS::SQS::Queue", url, {}, PLACE) == {url, f"arn:aws:sqs:{HERE}:orders", "orders"}


def test_resource_found_by_a_value() -> None:
    """Whatever equals one of its names is it; anything else is none of the stack."""
    table = a_resource("DynamoDB::Table", "Table", "t")
    deployed = a_scene(table).deployed

    assert deployed.named("t") is deployed.named(f"arn:aws:dynamodb:{HERE}:table/t") is table
    assert deployed.named("other") is deployed.named(None) is deployed.named(["t"]) is None


def test_two_resources_of_one_name() -> None:
    """It is told by the type which of them is meant."""
    role = a_resource("IAM::Role", "Role", "shop")
    function = a_resource("Lambda::Function", "Shop", "shop")
    deployed = a_scene(role, function).deployed

    assert deployed.named("shop") is role
    assert deployed.named("shop", "AWS::Lambda::Function") is function


@pytest.mark.parametrize(
    ("kind", "physical_id"),
    [("AWS::Lambda::Url", f"arn:aws:lambda:{HERE}:function:f"), ("AWS::S3::BucketPolicy", "shop")],
)
def test_resource_known_by_anothers_name(kind: str, physical_id: str) -> None:
    """A function's URL and a bucket's policy are known by what they are set on: that name is not theirs."""
    assert identifiers(kind, physical_id, {}, PLACE) == frozenset()
