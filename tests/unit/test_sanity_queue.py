"""What is asked of an SQS queue."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.deployed_stack import a_resource, a_scene, arn

from deployer.sanity.queue import tests as generated

DEAD = a_resource("SQS::Queue", "Dead", "https://sqs.us-east-1.amazonaws.com/123456789012/shop-dead")
POLICY = {"deadLetterTargetArn": arn("sqs", "shop-dead"), "maxReceiveCount": 3}


def names(policy: Any) -> list[str]:
    queue = a_resource("SQS::Queue", "Jobs", "https://sqs/123456789012/shop-jobs", RedrivePolicy=policy)
    return [test["name"] for test in generated(queue, a_scene(queue, DEAD))]


@pytest.mark.parametrize("policy", [POLICY, json.dumps(POLICY)])
def test_redrive(policy: Any) -> None:
    """A template has the policy as an object or as JSON."""
    assert names(policy) == ["Jobs is reachable", "Jobs gives up to Dead"]


def test_target_that_only_aws_knows() -> None:
    """That there is one is tested all the same."""
    assert names({"deadLetterTargetArn": None})[1:] == ["Jobs has a queue to give up to"]


@pytest.mark.parametrize("policy", [None, "no JSON", {}, 7])
def test_no_redrive(policy: Any) -> None:
    """A queue without a redrive policy is reachable, and that is all."""
    assert names(policy) == ["Jobs is reachable"]
