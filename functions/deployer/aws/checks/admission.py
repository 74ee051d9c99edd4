"""Whether a function, queue or topic lets a service in, by its own policy, and by the key of its messages.

Sources: "Using resource-based policies for Amazon EventBridge" (EventBridge User Guide), "Granting permissions
to publish event notification messages to a destination" (Amazon S3 User Guide), "Subscribing an Amazon SQS queue
to an Amazon SNS topic" (SNS Developer Guide). Of keys: "Configure KMS permissions for AWS services" (SQS Developer
Guide, "Key management"), "Enable compatibility between event sources from AWS services and encrypted topics" (SNS
Developer Guide, "Key management"): such a service needs a customer managed key, for the policy of an AWS managed
key lets in principals of the account alone, and cannot be changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import queue_url
from deployer.aws.clients import client
from deployer.aws.function_policy import policy_of
from deployer.sanity.policy import INVOKE, Call, Permit, permit, source

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.sanity.delivery import Sender
    from deployer.sanity.reference import Reference

_FUNCTIONS: Final = frozenset({"AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"})


def admission(receiver: Reference, sender: Sender) -> Permit | None:
    """What the receiver's policy says to the sender; None for a receiver that a policy of its own does not guard.

    UNKNOWN where the policy says it in a way that is not understood here.
    """
    look = _POLICIES.get(receiver["type"])
    if look is None:
        return None
    action, policy = look(receiver["id"])
    if any(word in str(policy) for word in ("NotAction", "NotPrincipal")):
        return Permit.UNKNOWN
    context = source(sender["arn"] or None, sender["accountId"])
    return permit(policy, Call(principal=sender["principal"], action=action, context=context))


def shut_by_key(receiver: Reference, principal: str) -> str:
    """Why the service cannot encrypt what it sends; empty where nothing is known to keep it from that."""
    kind = receiver["type"]
    if principal not in _SENDERS.get(kind, ()):
        return ""
    key = str(_KEYS[kind](receiver["id"]))
    if not key.endswith(_MANAGED_KEYS):
        return ""
    return f"{principal} cannot use {key}, with which it is encrypted: that takes a customer managed key"


def _of_function(name: str) -> tuple[str, dict[str, Any] | None]:
    return INVOKE, policy_of(name)


def _of_queue(name: str) -> tuple[str, str | None]:
    return "sqs:SendMessage", _queue(name).get("Policy")


def _of_topic(arn: str) -> tuple[str, str | None]:
    return "sns:Publish", _topic(arn).get("Policy")


def _queue(name: str) -> dict[str, Any]:
    """A queue that has neither has no attributes at all in the answer."""
    names: Any = ["Policy", "KmsMasterKeyId"]
    answer: Any = client("sqs").get_queue_attributes(QueueUrl=queue_url(name), AttributeNames=names)
    attributes: dict[str, Any] = answer.get("Attributes", {})
    return attributes


def _topic(arn: str) -> dict[str, Any]:
    attributes: dict[str, Any] = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return attributes


_POLICIES: Final[dict[str, Callable[[str], tuple[str, Any]]]] = {
    **dict.fromkeys(_FUNCTIONS, _of_function),
    "AWS::SNS::Topic": _of_topic,
    "AWS::SQS::Queue": _of_queue,
}
_KEYS: Final[dict[str, Callable[[str], Any]]] = {
    "AWS::SNS::Topic": lambda arn: _topic(arn).get("KmsMasterKeyId"),
    "AWS::SQS::Queue": lambda name: _queue(name).get("KmsMasterKeyId"),
}
_MANAGED_KEYS: Final = ("alias/aws/sns", "alias/aws/sqs")
_SENDERS: Final = {
    "AWS::SNS::Topic": ("cloudwatch.amazonaws.com", "events.amazonaws.com", "s3.amazonaws.com"),
    "AWS::SQS::Queue": ("events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"),
}
