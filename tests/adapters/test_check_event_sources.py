"""Event source mappings: enabled, between the source and the function of the template."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, make_queue, make_table

from deployer.aws.checks.event_sources import CHECKS
from deployer.aws.clients import client
from deployer.sanity.event_source import tests as generated

QUEUE, FUNCTION = arn("sqs", "jobs"), arn("lambda", "function:orders")
ENABLED, FEEDS = "Mapping is enabled", "Mapping feeds Orders from Jobs"
UUID = "0" * 36


@pytest.fixture
def mapping(aws: None) -> str:
    make_function()
    make_queue("jobs")
    made = client("lambda").create_event_source_mapping(FunctionName="orders", EventSourceArn=QUEUE)
    return str(made["UUID"])


def a_stack(uuid: str, source: str = QUEUE, function: str = "orders") -> Stack:
    given = {"FunctionName": function, "EventSourceArn": source}
    mapping = a_resource("Lambda::EventSourceMapping", "Mapping", uuid, **given)
    queue = a_resource("SQS::Queue", "Jobs", "https://sqs.us-east-1.amazonaws.com/123456789012/jobs")
    return Stack(generated, CHECKS, mapping, queue, a_function())


@pytest.mark.parametrize("function", ["orders", FUNCTION, f"{FUNCTION}:$LATEST", "123456789012:function:orders"])
def test_mapping_as_in_its_template(mapping: str, function: str) -> None:
    """A template may name the function in any of Lambda's ways."""
    assert set(a_stack(mapping, function=function).verdicts().values()) == {"pass"}


def test_mapping_that_is_disabled(mapping: str) -> None:
    """The function is fed nothing."""
    client("lambda").update_event_source_mapping(UUID=mapping, Enabled=False)

    assert list(a_stack(mapping).failures()) == [ENABLED]


def test_other_ends(mapping: str) -> None:
    """Another source, or another function, is no longer what the template says."""
    other = a_stack(mapping, source=arn("sqs", "other"), function="other")

    assert "its template says" in other.failures()["Mapping feeds other from other"]


@pytest.mark.parametrize("what", ["queue", "function"])
def test_ends_that_are_gone(mapping: str, what: str) -> None:
    """The mapping outlives both of its ends."""
    if what == "queue":
        client("sqs").delete_queue(QueueUrl=client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"])
    else:
        client("lambda").delete_function(FunctionName="orders")

    assert "does not exist" in a_stack(mapping).failures()[FEEDS]


@pytest.mark.parametrize(
    ("described", "verdict", "later"),
    [
        ({"State": "Enabled", "LastProcessingResult": "No records processed"}, "pass", False),
        ({"State": "Enabling"}, "skip", True),
        ({"State": "Updating"}, "skip", True),
        ({"State": "Deleting"}, "fail", False),
        ({"State": "Enabled", "LastProcessingResult": "PROBLEM: Function call failed"}, "skip", True),
        ({"State": "Enabled", "LastProcessingResult": "PROBLEM: Function call failed: no access"}, "skip", True),
        ({"State": "Enabled", "LastProcessingResult": "PROBLEM: internal Lambda error"}, "skip", True),
        ({"State": "Enabled", "LastProcessingResult": "PROBLEM: Cannot access stream arn:s"}, "fail", True),
        ({"State": "Enabled", "LastProcessingResult": "PROBLEM: Connection error. Please check"}, "fail", True),
    ],
)
def test_states(aws: None, described: Any, verdict: str, later: bool) -> None:
    """What is on its way may be there later; that it does not reach its source is a fault, if it stays."""
    with Stubber(client("lambda")) as stub:
        stub.add_response("get_event_source_mapping", described)
        outcome = a_stack(UUID).outcome(ENABLED)

    assert (outcome.status, outcome.may_pass_later) == (verdict, later)


def test_stream_of_a_table(aws: None) -> None:
    """A table whose stream was switched off feeds nobody, though the mapping is enabled."""
    make_function()
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    make_table("items", StreamSpecification=stream)
    source = client("dynamodb").describe_table(TableName="items")["Table"]["LatestStreamArn"]
    made = client("lambda").create_event_source_mapping(FunctionName="orders", EventSourceArn=source)
    stack = a_stack(str(made["UUID"]), source=source)

    before = stack.failures()
    client("dynamodb").update_table(TableName="items", StreamSpecification={"StreamEnabled": False})
    without_stream = stack.failures()
    client("dynamodb").delete_table(TableName="items")

    assert before == {}
    assert any("no longer has the stream" in error for error in without_stream.values())
    assert "the table items does not exist" in stack.failures().values()
