"""Topics: what is subscribed gets what is published."""

from __future__ import annotations

import json

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_resource, arn
from tests.deployed_things import make_queue

from deployer.aws.checks.topics import CHECKS
from deployer.aws.clients import client
from deployer.sanity.topic import tests as generated

TOPIC = arn("sns", "news")
QUEUE = arn("sqs", "jobs")
DELIVERS = "News delivers to Jobs"
POLICY = json.dumps(
    {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": QUEUE,
                "Condition": {"ArnEquals": {"aws:SourceArn": TOPIC}},
            }
        ]
    }
)


@pytest.fixture
def stack(aws: None) -> Stack:
    """A topic with a queue that is subscribed to it."""
    queue = a_resource("SQS::Queue", "Jobs", make_queue("jobs", Policy=POLICY))
    client("sns").create_topic(Name="news")
    client("sns").subscribe(TopicArn=TOPIC, Protocol="sqs", Endpoint=QUEUE)
    inline = [{"Protocol": "sqs", "Endpoint": QUEUE}]
    return Stack(generated, CHECKS, a_resource("SNS::Topic", "News", TOPIC, Subscription=inline), queue)


def test_topic_as_in_its_template(stack: Stack) -> None:
    """All is well."""
    assert stack.verdicts() == {"News is reachable": "pass", DELIVERS: "pass"}


def test_subscription_that_is_gone(stack: Stack) -> None:
    """Nothing is delivered any more."""
    [found] = client("sns").list_subscriptions_by_topic(TopicArn=TOPIC)["Subscriptions"]
    client("sns").unsubscribe(SubscriptionArn=found["SubscriptionArn"])

    assert "the subscription is gone" in stack.failures()[DELIVERS]


def test_queue_that_shuts_the_topic_out(stack: Stack) -> None:
    """SNS drops what the queue's policy refuses; SQS may take a minute to believe a new policy."""
    url = client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": POLICY.replace("news", "other")})

    outcome = stack.outcome(DELIVERS)

    assert (outcome.status, "does not let sns.amazonaws.com in" in outcome.error) == ("fail", True)
    assert (outcome.may_pass_later, outcome.patience_seconds) == (True, 60)


def test_policy_that_is_not_understood(stack: Stack) -> None:
    """Nothing is said for sure."""
    url = client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    other = POLICY.replace('"Action"', '"NotAction"')
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": other})

    assert stack.verdicts()[DELIVERS] == "skip"


@pytest.mark.parametrize(("key", "verdict"), [("alias/aws/sqs", "fail"), ("alias/shop", "pass")])
def test_queue_with_a_key(stack: Stack, key: str, verdict: str) -> None:
    """SNS may not use the key that AWS manages, and its policy cannot be changed."""
    url = client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key, "Policy": POLICY})

    outcome = stack.outcome(DELIVERS)

    assert outcome.status == verdict
    assert ("customer managed key" in outcome.error) == (verdict == "fail")


def test_queue_that_is_gone(stack: Stack) -> None:
    """The subscription leads nowhere."""
    client("sqs").delete_queue(QueueUrl=client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"])

    assert "does not exist" in stack.failures()[DELIVERS]


@pytest.mark.parametrize("protocol", ["email", "https"])
def test_subscription_that_nobody_confirmed_in_time(aws: None, protocol: str) -> None:
    """AWS has deleted it: whether there was one cannot be told."""
    given = {"TopicArn": TOPIC, "Protocol": protocol, "Endpoint": "somebody@example.com"}
    stack = Stack(generated, CHECKS, a_resource("SNS::Subscription", "Reader", "pending", **given))
    client("sns").create_topic(Name="news")

    assert set(stack.verdicts().values()) == {"skip"}


@pytest.mark.parametrize(("protocol", "verdict", "later"), [("email", "skip", False), ("lambda", "fail", True)])
def test_subscription_without_confirmation(aws: None, protocol: str, verdict: str, later: bool) -> None:
    """A person has to confirm; a service does so by itself, and soon."""
    endpoint = "somebody@example.com"
    subscription = a_resource(
        "SNS::Subscription", "Reader", "pending", TopicArn=TOPIC, Protocol=protocol, Endpoint=endpoint
    )
    stack = Stack(generated, CHECKS, subscription)
    pending = {"SubscriptionArn": "PendingConfirmation", "Protocol": protocol, "Endpoint": endpoint}
    with Stubber(client("sns")) as stub:
        stub.add_response("list_subscriptions_by_topic", {"Subscriptions": [pending]})
        [name] = stack.tests
        outcome = stack.outcome(name)

    assert (outcome.status, outcome.may_pass_later) == (verdict, later)
