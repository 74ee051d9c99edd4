"""Tests of an S3 bucket: reachable, as private as its template says, and each notification gets through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.delivery import delivery, sender
from deployer.sanity.identity import arn_of
from deployer.sanity.statement import entries, is_false, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::S3::Bucket",)
_PUBLIC: Final = frozenset({"PublicRead", "PublicReadWrite", "AuthenticatedRead"})
# In the template: the list, the receiver in it. In AWS's answer: the list, the receiver's ARN in it.
_KINDS: Final = (
    ("LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"),
)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    bucket = {"bucket": resource["physicalId"]}
    policies = list(_policies(resource, scene.deployed))
    denies = [each for policy in policies for each in policy if each.get("Effect") in ("Deny", None)]
    yield statement(resource, "can be listed", "bucket.reachable", {**bucket, "deniesInTemplate": len(denies)})
    if not _may_be_public(resource["properties"], policies):
        yield statement(resource, "is not public", "bucket.private", bucket)
    yield from _notifications(resource, scene.deployed)


def _policies(resource: DeployedResource, deployed: Deployed) -> Iterator[list[dict[str, Any]]]:
    """The statements of each policy that the template gives this bucket."""
    for policy in deployed.of_type("AWS::S3::BucketPolicy"):
        document = policy["properties"].get("PolicyDocument")
        bucket = policy["properties"].get("Bucket")
        if bucket is None or deployed.named(bucket) is resource:
            yield _statements(document.get("Statement") if isinstance(document, dict) else None)


def _statements(found: Any) -> list[dict[str, Any]]:
    """One may stand alone. What only AWS knows may allow or deny anything."""
    if found is None:
        return [{"Effect": None}]
    return entries(found if isinstance(found, list) else [found])


def _may_be_public(properties: dict[str, Any], policies: list[list[dict[str, Any]]]) -> bool:
    """Whether the template itself, as far as can be told, lets everybody in, or lifts what keeps them out."""
    allows = [each for policy in policies for each in policy if each.get("Effect") in ("Allow", None)]
    block = properties.get("PublicAccessBlockConfiguration", {})
    is_lifted = not isinstance(block, dict) or any(each is None or is_false(each) for each in block.values())
    return (
        _is_public(properties.get("AccessControl", "Private"))
        or "WebsiteConfiguration" in properties
        or is_lifted
        or any(each.get("Principal") in ("*", None, {"AWS": "*"}, {"AWS": ["*"]}) for each in allows)
    )


def _is_public(access: Any) -> bool:
    """By a canned ACL; what is none of them, only AWS knows."""
    return not isinstance(access, str) or access in _PUBLIC


def _notifications(resource: DeployedResource, deployed: Deployed) -> Iterator[SanityTest]:
    configuration = resource["properties"].get("NotificationConfiguration")
    if not isinstance(configuration, dict):
        return
    arn = arn_of(resource["type"], resource["physicalId"], {}, deployed.place)
    source = sender("s3.amazonaws.com", arn, deployed)
    for kind, receiver, answer, answered in _KINDS:
        for each in entries(configuration.get(kind)):
            sent = delivery(each.get(receiver), source, deployed)
            event = each.get("Event")
            where = {"bucket": resource["physicalId"], "kind": answer, "receiver": answered, "event": event}
            what = f"tells {sent['label']} of {event}"
            test = statement(resource, what, "bucket.notification", {**where, "delivery": sent})
            yield undecided(test, each, "Event")
    bridge = configuration.get("EventBridgeConfiguration")
    if isinstance(bridge, dict) and not is_false(bridge.get("EventBridgeEnabled")):
        spec = {"bucket": resource["physicalId"]}
        test = statement(resource, "tells EventBridge", "bucket.event_bridge", spec)
        yield undecided(test, bridge, "EventBridgeEnabled")
