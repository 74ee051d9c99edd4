"""Tests of an SNS topic and of its subscriptions, inline or by themselves: confirmed, and what is sent arrives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.delivery import delivery, sender
from deployer.sanity.statement import entries, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::SNS::Topic", "AWS::SNS::Subscription")
_ADDRESSED: Final = frozenset({"lambda", "sqs", "firehose"})


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties = resource["properties"]
    if resource["type"] == "AWS::SNS::Subscription":
        yield _subscription(resource, properties.get("TopicArn"), properties, scene)
        return
    yield statement(resource, "is reachable", "topic.reachable", {"topic": resource["physicalId"]})
    inline = entries(properties.get("Subscription"))
    yield from (_subscription(resource, resource["physicalId"], each, scene) for each in inline)


def _subscription(resource: DeployedResource, topic: Any, properties: dict[str, Any], scene: Scene) -> SanityTest:
    protocol, endpoint = str(properties.get("Protocol")), properties.get("Endpoint")
    region = properties.get("Region") or scene.deployed.place.region
    known = topic if isinstance(topic, str) else resource["physicalId"].rpartition(":")[0]
    sent = delivery(endpoint, sender("sns.amazonaws.com", known, scene.deployed), scene.deployed)
    receiver = sent["label"] if protocol in _ADDRESSED else f"a subscriber by {protocol}"
    if protocol not in _ADDRESSED:
        sent["label"] = receiver  # an address of a person is nothing for a report
    spec = {"topic": known, "subscription": resource["physicalId"], "protocol": protocol, "delivery": sent}
    test = statement(resource, f"delivers to {receiver}", "topic.subscription", spec)
    if region != scene.deployed.place.region or not known.startswith("arn:"):
        test["skip"] = "the topic is not known, or in another region than the stack: it is not looked at"
    return undecided(test, properties, "Protocol", "Region")
