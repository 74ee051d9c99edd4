"""Checks of SNS topics and subscriptions.

Sources: ListSubscriptionsByTopic in the Amazon SNS API reference: a subscription that nobody has confirmed has the
ARN PendingConfirmation; "Deleting an Amazon SNS topic and subscription" (SNS Developer Guide): it is deleted after
48 hours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.deliveries import arrival
from deployer.aws.checks.existence import by_reason
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_BY_A_PERSON: Final = frozenset({"email", "email-json", "sms", "http", "https"})


def is_reachable(spec: Mapping[str, Any]) -> Outcome:
    attributes = client("sns").get_topic_attributes(TopicArn=spec["topic"])["Attributes"]
    evidence = {"subscriptions": attributes.get("SubscriptionsConfirmed")}
    return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=_reproduce("get-topic-attributes", spec))


def delivers(spec: Mapping[str, Any]) -> Outcome:
    """The subscription is there and confirmed, its endpoint exists and lets SNS in."""
    protocol, reproduce = spec["protocol"], _reproduce("list-subscriptions-by-topic", spec)
    found = next((each for each in _subscriptions(spec["topic"]) if _is_it(each, spec)), None)
    if protocol in _BY_A_PERSON and not found:
        error = "there is no such subscription: AWS deletes what nobody has confirmed after 48 hours"
        return Outcome(status=Verdict.SKIP, error=error, reproduce=reproduce)
    if found is None:
        error = f"the topic no longer delivers to {spec['delivery']['label']}: the subscription is gone"
        return by_reason(error, {}, reproduce)
    if found["SubscriptionArn"].startswith("arn:"):
        return arrival(spec["delivery"], {"protocol": protocol}, reproduce)
    if protocol in _BY_A_PERSON:
        error = "the subscription waits for its confirmation: whoever is subscribed has to confirm it"
        return Outcome(status=Verdict.SKIP, error=error, reproduce=reproduce)
    error = f"the subscription is {found['SubscriptionArn']}, not confirmed"
    return Outcome(status=Verdict.FAIL, error=error, reproduce=reproduce, may_pass_later=True)


def _subscriptions(topic: str) -> Iterator[dict[str, str]]:
    pages: Any = client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    return (each for page in pages for each in page.get("Subscriptions", []))


def _is_it(subscription: Mapping[str, str], spec: Mapping[str, Any]) -> bool:
    endpoint = spec["delivery"]["receiver"]
    return subscription["SubscriptionArn"] == spec["subscription"] or (
        subscription.get("Protocol") == spec["protocol"] and endpoint in (None, subscription.get("Endpoint"))
    )


def _reproduce(operation: str, spec: Mapping[str, Any]) -> str:
    return aws("sns", operation, topic_arn=spec["topic"])


CHECKS: Final = {"topic.reachable": is_reachable, "topic.subscription": delivers}
