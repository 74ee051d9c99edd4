"""What names a resource: its ARN, and what else a template or a function may call it by.

Sources: the "Return values" of each resource type in the CloudFormation User Guide, and "Resource types" of each
service in the Service Authorization Reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    partition: str
    region: str
    account_id: str

    @property
    def url_suffix(self) -> str:
        """`AWS::URLSuffix`."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"


ROOT_RESOURCE: Final = "(root resource)"
"""Stands for what `RootResourceId` gives: the id is known to AWS alone, but that it is the root is known."""
# By type: the part of the ARN behind `arn:`; {name} is the last part of the physical id.
_ARNS: Final = {
    "AWS::CloudWatch::Alarm": "{partition}:cloudwatch:{region}:{account}:alarm:{name}",
    "AWS::Cognito::UserPool": "{partition}:cognito-idp:{region}:{account}:userpool/{name}",
    "AWS::DynamoDB::GlobalTable": "{partition}:dynamodb:{region}:{account}:table/{name}",
    "AWS::DynamoDB::Table": "{partition}:dynamodb:{region}:{account}:table/{name}",
    "AWS::Events::EventBus": "{partition}:events:{region}:{account}:event-bus/{name}",
    "AWS::KMS::Key": "{partition}:kms:{region}:{account}:key/{name}",
    "AWS::Kinesis::Stream": "{partition}:kinesis:{region}:{account}:stream/{name}",
    "AWS::KinesisFirehose::DeliveryStream": "{partition}:firehose:{region}:{account}:deliverystream/{name}",
    "AWS::Lambda::Function": "{partition}:lambda:{region}:{account}:function:{name}",
    "AWS::S3::Bucket": "{partition}:s3:::{name}",
    "AWS::SQS::Queue": "{partition}:sqs:{region}:{account}:{name}",
}
# Those whose names may hold slashes.
_ARNS_OF_PATHS: Final = {
    "AWS::Logs::LogGroup": "{partition}:logs:{region}:{account}:log-group:{name}:*",
    "AWS::SSM::Parameter": "{partition}:ssm:{region}:{account}:parameter/{name}",
}
# GetAtt attributes that are the name alone.
_NAMES: Final = {
    ("AWS::AppSync::GraphQLApi", "ApiId"),
    ("AWS::Events::EventBus", "Name"),
    ("AWS::SNS::Topic", "TopicName"),
    ("AWS::SQS::Queue", "QueueName"),
    ("AWS::StepFunctions::StateMachine", "Name"),
    ("AWS::Lambda::Version", "Version"),
}
# GetAtt attributes that are what Ref gives.
_IDS: Final = {
    ("AWS::ApiGateway::Authorizer", "AuthorizerId"),
    ("AWS::ApiGateway::DomainNameV2", "DomainNameArn"),
    ("AWS::ApiGateway::Resource", "ResourceId"),
    ("AWS::ApiGateway::RestApi", "RestApiId"),
    ("AWS::ApiGatewayV2::Api", "ApiId"),
    ("AWS::ApiGatewayV2::Authorizer", "AuthorizerId"),
    ("AWS::ApiGatewayV2::Integration", "IntegrationId"),
    ("AWS::Cognito::UserPool", "UserPoolId"),
    ("AWS::Cognito::UserPoolClient", "ClientId"),
    ("AWS::KMS::Key", "KeyId"),
    ("AWS::SQS::Queue", "QueueUrl"),
    ("AWS::SecretsManager::Secret", "Id"),
    ("AWS::SNS::Topic", "TopicArn"),
}
# Their physical id is the name or ARN of what they are set on.
_BY_ANOTHERS_NAME: Final = frozenset({"AWS::Lambda::Url", "AWS::S3::BucketPolicy"})
_OF_ARN: Final = frozenset({"Arn", "TopicArn", "EventBusArn", "RoleArn", "AliasArn", "FunctionArn"})


def arn_of(resource_type: str, physical_id: str, properties: Mapping[str, Any], place: Place) -> str | None:
    """The resource's ARN; None for types that have none, or whose ARN cannot be told from the name."""
    if physical_id.startswith("arn:"):
        return physical_id
    if resource_type == "AWS::Events::Rule":
        return _arn("{partition}:events:{region}:{account}:rule/{name}", physical_id.replace("|", "/"), place)
    if resource_type == "AWS::Scheduler::Schedule":
        group = properties.get("GroupName", "default")
        name = physical_id.rpartition("/")[2].rpartition("|")[2]
        return _arn("{partition}:scheduler:{region}:{account}:schedule/{name}", f"{group}/{name}", place)
    if resource_type == "AWS::IAM::Role":
        path = properties.get("Path", "/")
        return _arn("{partition}:iam::{account}:role{name}", f"{path}{physical_id}", place) if path else None
    if resource_type in _ARNS_OF_PATHS:
        return _arn(
            _ARNS_OF_PATHS[resource_type],
            physical_id.removeprefix("/") if "SSM" in resource_type else physical_id,
            place,
        )
    pattern = _ARNS.get(resource_type)
    return _arn(pattern, physical_id.rpartition("/")[2], place) if pattern else None


def attribute_of(
    resource_type: str, physical_id: str, attribute: str, properties: Mapping[str, Any], place: Place
) -> str | None:
    """What `Fn::GetAtt` gives, where it follows from the name; None where only AWS knows."""
    if (resource_type, attribute) in _NAMES:
        return physical_id.rpartition("/")[2].rpartition(":")[2]
    if (resource_type, attribute) in _IDS:
        return physical_id
    if (resource_type, attribute) == ("AWS::ApiGateway::RestApi", "RootResourceId"):
        return ROOT_RESOURCE
    if attribute in _OF_ARN:
        return arn_of(resource_type, physical_id, properties, place)
    if resource_type == "AWS::S3::Bucket" and attribute == "DomainName":
        return f"{physical_id}.s3.{place.url_suffix}"
    if resource_type == "AWS::S3::Bucket" and attribute == "RegionalDomainName":
        return f"{physical_id}.s3.{place.region}.{place.url_suffix}"
    if resource_type == "AWS::ApiGatewayV2::Api" and attribute == "ApiEndpoint":
        return f"https://{physical_id}.execute-api.{place.region}.{place.url_suffix}"
    return None


def identifiers(
    resource_type: str, physical_id: str, properties: Mapping[str, Any], place: Place
) -> frozenset[str]:
    """Every text that names the resource and nothing else; none where there is no such text."""
    if resource_type in _BY_ANOTHERS_NAME:
        return frozenset()
    arn = arn_of(resource_type, physical_id, properties, place)
    found = {physical_id, arn or physical_id}
    if resource_type in {"AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::StepFunctions::StateMachine"}:
        found.add(physical_id.rpartition("/")[2].rpartition(":")[2])
    if resource_type == "AWS::Logs::LogGroup" and arn:
        found.add(arn.removesuffix(":*"))
    return frozenset(found)


def _arn(pattern: str, name: str, place: Place) -> str:
    described = pattern.format(partition=place.partition, region=place.region, account=place.account_id, name=name)
    return f"arn:{described}"
