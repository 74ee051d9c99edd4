"""The types whose name a template may give, where two things of one account and region cannot share it.

Source: each type's schema in the CloudFormation registry: the name is a `createOnlyProperties`, and it is the
`primaryIdentifier` or is what the ARN or URL that is it is made of. A test compares the table with the schemas.
Names that may be shared are not here: those of APIs, user pools, layers and usage plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.identity import Place

UNIQUE_WITHIN: Final = ("EventBusName", "GroupName", "Path")
"""Properties within whose value a name is unique."""
_DEFAULT: Final = "default"


@dataclass(frozen=True, slots=True)
class NamedType:
    """`identifier` is what its service is asked by: {name}, the place, and properties that a name is unique in.

    `is_ref`: Ref gives the identifier too.
    """

    property: str
    identifier: str = "{name}"
    is_ref: bool = True


NAMED_TYPES: Final = {
    "AWS::ApiGateway::DomainName": NamedType("DomainName"),
    "AWS::ApiGatewayV2::DomainName": NamedType("DomainName"),
    "AWS::CloudWatch::Alarm": NamedType("AlarmName"),
    "AWS::CloudWatch::CompositeAlarm": NamedType("AlarmName"),
    "AWS::CloudWatch::Dashboard": NamedType("DashboardName"),
    "AWS::DynamoDB::GlobalTable": NamedType("TableName"),
    "AWS::DynamoDB::Table": NamedType("TableName"),
    "AWS::Events::ApiDestination": NamedType("Name"),
    "AWS::Events::Archive": NamedType("ArchiveName"),
    "AWS::Events::Connection": NamedType("Name"),
    "AWS::Events::EventBus": NamedType("Name"),
    "AWS::Events::Rule": NamedType("Name", "{bus}|{name}", is_ref=False),
    "AWS::IAM::ManagedPolicy": NamedType("ManagedPolicyName", "arn:{partition}:iam::{account}:policy{path}{name}"),
    "AWS::IAM::Role": NamedType("RoleName"),
    "AWS::KMS::Alias": NamedType("AliasName"),
    "AWS::Kinesis::Stream": NamedType("Name"),
    "AWS::KinesisFirehose::DeliveryStream": NamedType("DeliveryStreamName"),
    "AWS::Lambda::Function": NamedType("FunctionName"),
    "AWS::Logs::LogGroup": NamedType("LogGroupName"),
    "AWS::Pipes::Pipe": NamedType("Name"),
    "AWS::S3::Bucket": NamedType("BucketName"),
    "AWS::SNS::Topic": NamedType("TopicName", "arn:{partition}:sns:{region}:{account}:{name}"),
    "AWS::SQS::Queue": NamedType("QueueName", is_ref=False),
    "AWS::SSM::Parameter": NamedType("Name"),
    "AWS::Scheduler::Schedule": NamedType("Name", "{group}/{name}", is_ref=False),
    "AWS::Scheduler::ScheduleGroup": NamedType("Name"),
    "AWS::SecretsManager::Secret": NamedType("Name", is_ref=False),
    "AWS::StepFunctions::Activity": NamedType("Name", "arn:{partition}:states:{region}:{account}:activity:{name}"),
    "AWS::StepFunctions::StateMachine": NamedType(
        "StateMachineName", "arn:{partition}:states:{region}:{account}:stateMachine:{name}"
    ),
}


def identifier_of(resource_type: str, name: str, properties: Mapping[str, Any], place: Place) -> str | None:
    """What the service is asked by; None where what the name is unique within is not known."""
    within = {
        "bus": properties.get("EventBusName", _DEFAULT),
        "group": properties.get("GroupName", _DEFAULT),
        "path": properties.get("Path", "/"),
    }
    pattern = NAMED_TYPES[resource_type].identifier
    if any(f"{{{part}}}" in pattern and not isinstance(value, str) for part, value in within.items()):
        return None
    bus = str(within["bus"]).rpartition("/")[2]  # it may be given by its ARN
    return pattern.format(
        name=name,
        partition=place.partition,
        region=place.region,
        account=place.account_id,
        bus=bus,
        group=within["group"],
        path=within["path"],
    )


def is_named(physical_id: str, name: str) -> bool:
    """Whether a physical id (a name, URL or ARN) is that of the thing of that name."""
    if physical_id == name or physical_id.endswith((f"/{name}", f":{name}", f"|{name}")):
        return True
    # Secrets Manager ends an ARN with six characters of its own.
    return physical_id[:-7].endswith(f":secret:{name}") and physical_id[-7:-6] == "-"
