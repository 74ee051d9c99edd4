"""Queues: reachable, and what they give up on goes where the template says."""

from __future__ import annotations

import json

import pytest
from tests.deployed_stack import Stack, a_resource, arn
from tests.deployed_things import make_queue

from deployer.aws.checks.queues import CHECKS
from deployer.aws.clients import client
from deployer.sanity.queue import tests as generated

REDRIVE = json.dumps({"deadLetterTargetArn": arn("sqs", "dead"), "maxReceiveCount": 3})
GIVES_UP = "Jobs gives up to Dead"


@pytest.fixture
def stack(aws: None) -> Stack:
    dead = a_resource("SQS::Queue", "Dead", make_queue("dead"))
    url = make_queue("jobs", RedrivePolicy=REDRIVE)
    return Stack(generated, CHECKS, a_resource("SQS::Queue", "Jobs", url, RedrivePolicy=REDRIVE), dead)


def test_queue_as_in_its_template(stack: Stack) -> None:
    """All is well."""
    assert stack.verdicts() == {"Jobs is reachable": "pass", GIVES_UP: "pass"}


def test_redrive_target_that_is_gone(stack: Stack) -> None:
    """SQS keeps the policy; the queue that it names is not there."""
    client("sqs").delete_queue(QueueUrl=client("sqs").get_queue_url(QueueName="dead")["QueueUrl"])

    assert "does not exist" in stack.failures()[GIVES_UP]


def test_redrive_policy_that_is_gone(stack: Stack) -> None:
    """Nothing is set aside any more, unless SQS has yet to spread what was set."""
    url = client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})

    outcome = stack.outcome(GIVES_UP)

    assert "no redrive policy" in outcome.error
    assert (outcome.may_pass_later, outcome.patience_seconds) == (True, 60)


def test_another_redrive_target(stack: Stack) -> None:
    """That the messages go elsewhere is a fault too."""
    make_queue("other")
    url = client("sqs").get_queue_url(QueueName="jobs")["QueueUrl"]
    other = REDRIVE.replace(":dead", ":other")
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": other})

    assert "its template says" in stack.failures()[GIVES_UP]
