"""What is asked of an SNS topic and its subscriptions."""

from __future__ import annotations

from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.topic import tests as generated

TOPIC = arn("sns", "shop-news")
FUNCTION = a_function()


def test_inline_subscriptions() -> None:
    """Each has a test of its own."""
    inline = [
        {"Protocol": "lambda", "Endpoint": arn("lambda", "function:orders")},
        {"Protocol": "email", "Endpoint": "somebody@example.com"},
    ]
    topic = a_resource("SNS::Topic", "News", TOPIC, Subscription=inline)

    found = list(generated(topic, a_scene(topic, FUNCTION)))

    assert [test["name"] for test in found] == [
        "News is reachable",
        "News delivers to Orders",
        "News delivers to a subscriber by email",
    ]
    assert found[2]["spec"]["delivery"]["label"] == "a subscriber by email"


def test_subscription() -> None:
    """It is looked for in its topic, by its ARN and by its endpoint."""
    properties = {"TopicArn": TOPIC, "Protocol": "lambda", "Endpoint": arn("lambda", "function:orders")}
    subscription = a_resource("SNS::Subscription", "Reader", f"{TOPIC}:0123", **properties)

    [test] = generated(subscription, a_scene(subscription, FUNCTION))

    assert test["name"] == "Reader delivers to Orders"
    assert test["spec"]["topic"] == TOPIC
    assert test["spec"]["delivery"]["sender"]["arn"] == TOPIC


def test_topic_of_another_region() -> None:
    """It is not looked at, and the test says why."""
    subscription = a_resource("SNS::Subscription", "Reader", f"{TOPIC}:0123", TopicArn=TOPIC, Region="eu-west-1")

    [test] = generated(subscription, a_scene(subscription))

    assert "region" in test["skip"]
