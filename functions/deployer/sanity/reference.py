"""What one resource calls another by, and what that other one is: an edge of the graph that was deployed.

Source: "Resource types" of each service in the Service Authorization Reference, for what an ARN says.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypedDict

from deployer.sanity.identity import arn_of

if TYPE_CHECKING:
    from deployer.sanity.deployed import Deployed, DeployedResource


class Reference(TypedDict):
    """`id` is what its service is asked by: a name, an ARN or a queue's URL. `label` is for people."""

    type: str
    id: str
    arn: str  # empty when it cannot be told
    label: str


# By an ARN's service and resource: the type, and what of the resource is its id; None: the ARN itself.
_ARNS: Final = (
    ("lambda", re.compile(r"function:[^:]+(?::[^:]+)?"), "AWS::Lambda::Function", None),
    ("dynamodb", re.compile(r"table/([^/]+)(?:/.*)?"), "AWS::DynamoDB::Table", 1),
    ("sqs", re.compile(r"[^:]+"), "AWS::SQS::Queue", None),
    ("sns", re.compile(r"[^:]+"), "AWS::SNS::Topic", None),
    ("states", re.compile(r"stateMachine:[^:]+"), "AWS::StepFunctions::StateMachine", None),
    ("states", re.compile(r"activity:[^:]+"), "AWS::StepFunctions::Activity", None),
    ("events", re.compile(r"event-bus/(.+)"), "AWS::Events::EventBus", 1),
    ("kinesis", re.compile(r"stream/([^/]+)(?:/.*)?"), "AWS::Kinesis::Stream", 1),
    ("firehose", re.compile(r"deliverystream/(.+)"), "AWS::KinesisFirehose::DeliveryStream", 1),
    ("iam", re.compile(r"role/(?:.*/)?([^/]+)"), "AWS::IAM::Role", 1),
    ("logs", re.compile(r"log-group:([^:]+)(?::\*)?"), "AWS::Logs::LogGroup", 1),
    ("kms", re.compile(r"key/(.+)"), "AWS::KMS::Key", 1),
    ("secretsmanager", re.compile(r"secret:.+"), "AWS::SecretsManager::Secret", None),
)
# A table's stream, a stream's consumer, a function's version: what they are a part of.
_PART_OF: Final = re.compile(
    r"(arn:[^:]*:(?:dynamodb|kinesis):[^:]*:\d+:(?:table|stream)/[^/]+)/.+"
    r"|(arn:[^:]*:lambda:[^:]*:\d+:function:[^:]+):.+"
)


def reference(resource: DeployedResource, deployed: Deployed) -> Reference:
    """To a resource of the stack."""
    physical_id, properties = resource["physicalId"], resource["properties"]
    arn = arn_of(resource["type"], physical_id, properties, deployed.place) or ""
    return Reference(type=resource["type"], id=physical_id, arn=arn, label=resource["logicalId"])


def named(value: Any, deployed: Deployed) -> Reference | None:
    """What the value names: a resource of the stack, or, by its ARN, one of the same account and region."""
    if not isinstance(value, str) or not value:
        return None
    part = _PART_OF.fullmatch(value)
    resource = deployed.named(value) or deployed.named((part[1] or part[2]) if part else None)
    if resource is None:
        return _by_arn(value, deployed)
    found = reference(resource, deployed)
    is_qualified = part and resource["type"] == "AWS::Lambda::Function" and not value.endswith(":$LATEST")
    return {**found, "id": value, "arn": value} if is_qualified else found  # its alias has a policy of its own


def label(value: Any, deployed: Deployed) -> str:
    """The value as people know it: the logical id of what it names, or the end of its ARN."""
    found = named(value, deployed)
    return found["label"] if found else str(value).rpartition(":")[2] or "what is not known"


def _by_arn(arn: str, deployed: Deployed) -> Reference | None:
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or parts[4] != deployed.place.account_id:
        return None
    if parts[3] not in ("", deployed.place.region):
        return None
    for service, pattern, resource_type, group in _ARNS:
        match = pattern.fullmatch(parts[5]) if parts[2] == service else None
        if match:
            identifier = match[group] if group else arn
            return Reference(type=resource_type, id=identifier, arn=arn, label=parts[5])
    return None
