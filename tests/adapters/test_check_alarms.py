"""Alarms: they may act, and whom they tell exists."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.deployed_stack import Stack, a_resource, arn

from deployer.aws.checks.alarms import CHECKS
from deployer.aws.clients import client
from deployer.sanity.alarm import tests as generated

TOPIC = arn("sns", "pager")
EXISTS, TELLS = "Errors exists", "Errors tells Pager by its AlarmActions"
ALARM: Any = {
    "AlarmName": "errors",
    "MetricName": "Errors",
    "Namespace": "AWS/Lambda",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Statistic": "Sum",
}


@pytest.fixture
def stack(aws: None) -> Stack:
    client("sns").create_topic(Name="pager")
    client("cloudwatch").put_metric_alarm(**ALARM, AlarmActions=[TOPIC])
    alarm = a_resource("CloudWatch::Alarm", "Errors", "errors", AlarmActions=[TOPIC])
    return Stack(generated, CHECKS, alarm, a_resource("SNS::Topic", "Pager", TOPIC))


def test_alarm_that_rings(stack: Stack) -> None:
    """That it is in the state ALARM is told, and is no fault."""
    client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue="ALARM", StateReason="x")

    assert stack.verdicts() == {EXISTS: "pass", TELLS: "pass"}
    assert stack.outcome(EXISTS).evidence["state"] == "ALARM"


def test_actions_that_are_disabled(stack: Stack) -> None:
    """It tells nobody."""
    client("cloudwatch").disable_alarm_actions(AlarmNames=["errors"])

    assert list(stack.failures()) == [EXISTS]


def test_action_that_is_gone(stack: Stack) -> None:
    """It no longer tells whom the template has it tell."""
    client("cloudwatch").put_metric_alarm(**ALARM)

    assert "no longer among its AlarmActions" in stack.failures()[TELLS]


def test_topic_with_the_key_that_aws_manages(stack: Stack) -> None:
    """CloudWatch may not use it."""
    key = {"AttributeName": "KmsMasterKeyId", "AttributeValue": "alias/aws/sns"}
    client("sns").set_topic_attributes(TopicArn=TOPIC, **key)

    assert "customer managed key" in stack.failures()[TELLS]


def test_topic_that_is_gone(stack: Stack) -> None:
    """It tells nobody."""
    client("sns").delete_topic(TopicArn=TOPIC)

    assert "does not exist" in stack.failures()[TELLS]


def test_alarm_that_is_gone(stack: Stack) -> None:
    """That is the runner's to say."""
    client("cloudwatch").delete_alarms(AlarmNames=["errors"])

    with pytest.raises(ClientError):
        stack.outcome(EXISTS)
