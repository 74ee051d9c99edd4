"""Whether a function, queue or topic lets a service in, by its own policy.

Sources: "Using resource-based policies for Amazon EventBridge" (EventBridge User Guide), "Granting permissions
to publish event notification messages to a destination" (Amazon S3 User Guide), "Subscribing an Amazon SQS queue
to an Amazon SNS topic" (SNS Developer Guide).
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


def _of_function(name: str) -> tuple[str, dict[str, Any] | None]:
    return INVOKE, policy_of(name)


def _of_queue(name: str) -> tuple[str, str | None]:
    answer: Any = client("sqs").get_queue_attributes(QueueUrl=queue_url(name), AttributeNames=["Policy"])
    return "sqs:SendMessage", answer.get("Attributes", {}).get("Policy")


def _of_topic(arn: str) -> tuple[str, str | None]:
    answer: Any = client("sns").get_topic_attributes(TopicArn=arn)
    return "sns:Publish", answer["Attributes"].get("Policy")


_POLICIES: Final[dict[str, Callable[[str], tuple[str, Any]]]] = {
    **dict.fromkeys(_FUNCTIONS, _of_function),
    "AWS::SNS::Topic": _of_topic,
    "AWS::SQS::Queue": _of_queue,
}
