"""Checks of SQS queues."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import ATTRIBUTES_SECONDS, by_reason, queue_url, trouble
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_reachable(spec: Mapping[str, Any]) -> Outcome:
    attributes = _attributes(spec["queue"])
    evidence = {
        "messages": attributes.get("ApproximateNumberOfMessages"),
        "inFlight": attributes.get("ApproximateNumberOfMessagesNotVisible"),
    }
    return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=_reproduce(spec["queue"]))


def gives_up_to(spec: Mapping[str, Any]) -> Outcome:
    """Messages that are received too often go to the queue of the template, and that queue exists."""
    redrive = json.loads(_attributes(spec["queue"]).get("RedrivePolicy") or "{}")
    found, reproduce = redrive.get("deadLetterTargetArn"), _reproduce(spec["queue"])
    if not found:
        error = "it has no redrive policy any more: what cannot be handled is never set aside"
        return by_reason(error, {}, reproduce, ATTRIBUTES_SECONDS)
    evidence = {"deadLetterTargetArn": found, "maxReceiveCount": redrive.get("maxReceiveCount")}
    if spec["target"] not in (None, found):
        error = f"it gives up to {found}, its template says {spec['target']}"
        return by_reason(error, evidence, reproduce, ATTRIBUTES_SECONDS)
    return by_reason(trouble(spec["reference"]) if spec["reference"] else "", evidence, reproduce)


def _attributes(queue: str) -> dict[str, str]:
    answer: Any = client("sqs").get_queue_attributes(QueueUrl=queue_url(queue), AttributeNames=["All"])
    attributes: dict[str, str] = answer.get("Attributes", {})
    return attributes


def _reproduce(queue: str) -> str:
    return aws("sqs", "get-queue-attributes", queue_url=queue, attribute_names="All")


CHECKS: Final = {"queue.reachable": is_reachable, "queue.redrive": gives_up_to}
