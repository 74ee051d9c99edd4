"""What is asked of where things go on to."""

from __future__ import annotations

from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.destination import tests as generated

QUEUE = a_resource("SQS::Queue", "Failed", "https://sqs/123456789012/failed")
TARGET = arn("sqs", "failed")


def test_dead_letters() -> None:
    """A function's dead letter queue is an edge."""
    function = a_function(DeadLetterConfig={"TargetArn": TARGET})

    [test] = generated(function, a_scene(function, QUEUE))

    assert test["name"] == "Orders gives up to Failed"


def test_invoke_config() -> None:
    """So is each destination of its results."""
    results = {"OnFailure": {"Destination": TARGET}, "OnSuccess": {"Destination": None}}
    given = {"FunctionName": "orders", "Qualifier": "$LATEST", "DestinationConfig": results}
    config = a_resource("Lambda::EventInvokeConfig", "Config", "x", **given)

    [test] = generated(config, a_scene(config, QUEUE))

    assert test["name"] == "Config sends to Failed OnFailure"


def test_subscription_filter() -> None:
    """So is what a log group passes on."""
    given = {"LogGroupName": "/logs", "DestinationArn": arn("lambda", "function:orders")}
    passed = a_resource("Logs::SubscriptionFilter", "Filter", "x", **given)

    [test] = generated(passed, a_scene(passed, a_function()))

    assert test["name"] == "Filter passes /logs on to Orders"


def test_nothing_goes_on() -> None:
    """A function without a dead letter queue has no such test."""
    assert list(generated(a_function(), a_scene(a_function()))) == []
