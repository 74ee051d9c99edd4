"""Names for what a template creates, made of the stack's name.

Only a parameter that gives a resource of the template its physical name, or that is by its own name the project's,
gets one: any other name may be that of something that has to be there already.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.template.parameters import as_text, fits

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from deployer.template.parameter_uses import Use

# AWS CloudFormation User Guide, "Name type": the property that names the resource; each service's own limit.
_NAMES: Final[dict[str, tuple[tuple[str, ...], int]]] = {
    "AWS::ApiGateway::RestApi": (("Name",), 128),
    "AWS::ApiGateway::UsagePlan": (("UsagePlanName",), 128),
    "AWS::ApiGatewayV2::Api": (("Name",), 128),
    "AWS::AppSync::GraphQLApi": (("Name",), 65),
    "AWS::Athena::WorkGroup": (("Name",), 128),
    "AWS::CloudFront::CachePolicy": (("CachePolicyConfig", "Name"), 128),
    "AWS::CloudFront::OriginAccessControl": (("OriginAccessControlConfig", "Name"), 64),
    "AWS::CloudWatch::Alarm": (("AlarmName",), 255),
    "AWS::CloudWatch::Dashboard": (("DashboardName",), 255),
    "AWS::CodeBuild::Project": (("Name",), 150),
    "AWS::Cognito::IdentityPool": (("IdentityPoolName",), 128),
    "AWS::Cognito::UserPool": (("UserPoolName",), 128),
    "AWS::Cognito::UserPoolClient": (("ClientName",), 128),
    "AWS::DynamoDB::GlobalTable": (("TableName",), 255),
    "AWS::DynamoDB::Table": (("TableName",), 255),
    "AWS::EC2::SecurityGroup": (("GroupName",), 255),
    "AWS::ECR::Repository": (("RepositoryName",), 256),
    "AWS::ECS::Cluster": (("ClusterName",), 255),
    "AWS::ECS::Service": (("ServiceName",), 255),
    "AWS::ECS::TaskDefinition": (("Family",), 255),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": (("Name",), 32),
    "AWS::ElasticLoadBalancingV2::TargetGroup": (("Name",), 32),
    "AWS::Events::EventBus": (("Name",), 256),
    "AWS::Events::Rule": (("Name",), 64),
    "AWS::IAM::ManagedPolicy": (("ManagedPolicyName",), 128),
    "AWS::IAM::Role": (("RoleName",), 64),
    "AWS::Kinesis::Stream": (("Name",), 128),
    "AWS::KinesisFirehose::DeliveryStream": (("DeliveryStreamName",), 64),
    "AWS::Lambda::Function": (("FunctionName",), 64),
    "AWS::Lambda::LayerVersion": (("LayerName",), 140),
    "AWS::Logs::LogGroup": (("LogGroupName",), 512),
    "AWS::OpenSearchServerless::Collection": (("Name",), 32),
    "AWS::Pipes::Pipe": (("Name",), 64),
    "AWS::RUM::AppMonitor": (("Name",), 255),
    "AWS::S3::Bucket": (("BucketName",), 63),
    "AWS::SNS::Topic": (("TopicName",), 256),
    "AWS::SQS::Queue": (("QueueName",), 80),
    "AWS::Scheduler::Schedule": (("Name",), 64),
    "AWS::Scheduler::ScheduleGroup": (("Name",), 64),
    "AWS::Serverless::Api": (("Name",), 128),
    "AWS::Serverless::Function": (("FunctionName",), 64),
    "AWS::Serverless::HttpApi": (("Name",), 128),
    "AWS::Serverless::LayerVersion": (("LayerName",), 140),
    "AWS::Serverless::SimpleTable": (("TableName",), 255),
    "AWS::Serverless::StateMachine": (("Name",), 80),
    "AWS::StepFunctions::StateMachine": (("StateMachineName",), 80),
}
_BUCKET: Final = "AWS::S3::Bucket"
_FIFO: Final = ("FifoQueue", "FifoTopic")
_LONGEST: Final = 63
_SHORTEST: Final = 8
_DIGEST: Final = 8

_OF_PROJECT: Final = frozenset(
    {
        "appname", "applicationname", "nameprefix", "prefix", "projectname", "resourceprefix", "stackprefix",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class StackPlace:
    """Where the stack is: with its name, what makes a name the only one of its kind."""

    stack_name: str
    account_id: str
    region: str


def made_name(name: str, parameter: Mapping[str, Any], uses: Sequence[Use], place: StackPlace) -> str | None:
    """A name that the template and the service take; None where the parameter names nothing that is created."""
    named = [use for use in uses if _is_name(use)]
    if not named and name.replace("_", "").casefold() not in _OF_PROJECT:
        return None
    longest = min([_longest(parameter), *(_room(use) for use in named)])
    if longest < _SHORTEST:
        return None
    is_bucket = any(use.resource_type == _BUCKET for use in named)
    candidates = _candidates(_suffix(name), place, longest, is_unique=is_bucket, ending=_ending(named))
    return next((candidate for candidate in candidates if fits(parameter, candidate)), None)


def _is_name(use: Use) -> bool:
    return use.resource_type in _NAMES and use.path == _NAMES[use.resource_type][0]


def _room(use: Use) -> int:
    """Characters that are left for the parameter's value in the name of that resource."""
    limit = _NAMES[use.resource_type][1]
    return limit // 2 if use.rest_length is None else limit - use.rest_length


def _longest(parameter: Mapping[str, Any]) -> int:
    text = as_text(parameter.get("MaxLength", ""))
    return min(int(text), _LONGEST) if text.isdecimal() else _LONGEST


def _ending(named: Sequence[Use]) -> str:
    """A FIFO queue's or topic's whole name ends so (SQS and SNS API References, CreateQueue and CreateTopic)."""
    is_fifo = any(
        use.is_whole and any(as_text(use.properties.get(key)) == "true" for key in _FIFO) for use in named
    )
    return ".fifo" if is_fifo else ""


def _suffix(name: str) -> str:
    """`destination-bucket` for `DestinationBucketName`."""
    words = words_of(name)
    kept = words[:-1] if len(words) > 1 and words[-1] in {"name", "prefix"} else words
    return "-".join(kept)[:20].strip("-")


def words_of(name: str) -> list[str]:
    """`["s3", "bucket", "name"]` for `s3BucketName`, `S3BucketName` and `S3_BUCKET_NAME`."""
    found = re.findall(r"[A-Z]+[0-9]*(?![a-z])|[A-Z]?[a-z]+[0-9]*|[0-9]+", name, re.ASCII)
    return [word.lower() for word in found]


def _candidates(suffix: str, place: StackPlace, longest: int, *, is_unique: bool, ending: str) -> Iterator[str]:
    """The same name with hyphens, and without what a pattern may forbid."""
    stack = place.stack_name.lower()
    whole = "-".join((place.account_id, place.region, place.stack_name, suffix))
    digest = hashlib.sha256(whole.encode()).hexdigest()[:_DIGEST]
    room = longest - len(ending)
    plain = f"{stack}-{suffix}"
    if is_unique or len(plain) > room:
        kept = plain[: max(0, room - _DIGEST - 1)].rstrip("-")
        plain = f"{kept}-{digest}" if kept else digest
    for separator in ("-", "", "_"):
        yield plain.replace("-", separator)[:room] + ending
