"""Destinations: what goes on goes where the template says."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, make_queue

from deployer.aws.checks.destinations import CHECKS
from deployer.aws.clients import client
from deployer.sanity.destination import tests as generated

TARGET = arn("sqs", "failed")
FUNCTION = arn("lambda", "function:orders")


@pytest.fixture
def queue(aws: None) -> str:
    return make_queue("failed")


def failures(stack: Stack) -> list[str]:
    return list(stack.failures().values())


def test_results(queue: str) -> None:
    """Where an asynchronous failure goes is seen, and that it is there."""
    make_function()
    config: Any = {"DestinationConfig": {"OnFailure": {"Destination": TARGET}}}
    client("lambda").put_function_event_invoke_config(FunctionName="orders", **config)
    given = {"FunctionName": "orders", "Qualifier": "$LATEST", **config}
    stack = Stack(generated, CHECKS, a_resource("Lambda::EventInvokeConfig", "Config", "x", **given))

    before = failures(stack)
    client("sqs").delete_queue(QueueUrl=queue)

    assert before == []
    assert "does not exist" in failures(stack)[0]


def test_results_that_go_elsewhere(queue: str) -> None:
    """That is not what the template says."""
    make_function()
    config: Any = {"DestinationConfig": {"OnFailure": {"Destination": arn("sqs", "other")}}}
    client("lambda").put_function_event_invoke_config(FunctionName="orders", **config)
    said = {"DestinationConfig": {"OnFailure": {"Destination": TARGET}}}
    given = {"FunctionName": "orders", "Qualifier": "$LATEST", **said}
    stack = Stack(generated, CHECKS, a_resource("Lambda::EventInvokeConfig", "Config", "x", **given))

    assert "its template says" in failures(stack)[0]


@pytest.mark.parametrize(
    ("configuration", "verdict"),
    [
        ({"DeadLetterConfig": {"TargetArn": TARGET}}, "pass"),
        ({"DeadLetterConfig": {"TargetArn": arn("sqs", "other")}}, "fail"),
        ({}, "fail"),
    ],
)
def test_dead_letters(queue: str, configuration: Any, verdict: str) -> None:
    """The target is that of the template."""
    stack = Stack(generated, CHECKS, a_function(DeadLetterConfig={"TargetArn": TARGET}))
    with Stubber(client("lambda")) as stub:
        stub.add_response("get_function_configuration", configuration)

        assert list(stack.verdicts().values()) == [verdict]


def test_dead_letters_on_the_embedded_platform(aws: None) -> None:
    """It shows none, and may never have set it."""
    make_function()
    spec = {"function": "orders", "target": TARGET, "reference": None, "isEmbedded": True}

    assert CHECKS["destination.dead_letters"](spec).status == "skip"


def test_logs(aws: None) -> None:
    """A filter that is gone passes nothing on."""
    make_function()
    client("logs").create_log_group(logGroupName="/logs")
    given = {"LogGroupName": "/logs", "DestinationArn": FUNCTION}
    stack = Stack(generated, CHECKS, a_resource("Logs::SubscriptionFilter", "Filter", "filter", **given))
    answer = {"subscriptionFilters": [{"destinationArn": FUNCTION}]}
    with Stubber(client("logs")) as stub:
        stub.add_response("describe_subscription_filters", answer, {"logGroupName": "/logs"})
        passed = failures(stack)

    assert passed == []
    assert "nothing" in failures(stack)[0]
