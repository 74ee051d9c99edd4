"""Rules: enabled, and each target gets what matches."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, make_queue, permit

from deployer.aws.checks.event_rules import CHECKS
from deployer.aws.clients import client
from deployer.sanity.event_rule import tests as generated

FUNCTION = arn("lambda", "function:orders")
ENABLED, SENDS = "Daily is enabled", "Daily sends to Orders"
DEAD = {"DeadLetterConfig": {"Arn": arn("sqs", "dead")}}


@pytest.fixture
def stack(aws: None) -> Stack:
    """A rule that calls a function, and sends what cannot be delivered to a queue."""
    make_function()
    make_queue("dead")
    made = client("events").put_rule(Name="daily", ScheduleExpression="rate(1 day)")
    permit("orders", "events.amazonaws.com", made["RuleArn"])
    client("events").put_targets(Rule="daily", Targets=[{"Id": "1", "Arn": FUNCTION}])
    rule = a_resource("Events::Rule", "Daily", "daily", Targets=[{"Id": "1", "Arn": FUNCTION, **DEAD}])
    return Stack(generated, CHECKS, rule, a_function())


def test_rule_as_in_its_template(stack: Stack) -> None:
    """All is well."""
    assert stack.verdicts() == {ENABLED: "pass", SENDS: "pass"}


def test_rule_that_is_disabled(stack: Stack) -> None:
    """It does nothing."""
    client("events").disable_rule(Name="daily")

    assert list(stack.failures()) == [ENABLED]


def test_rule_with_management_events(stack: Stack) -> None:
    """It is enabled, and more."""
    with Stubber(client("events")) as stub:
        stub.add_response("describe_rule", {"State": "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"})

        assert stack.outcome(ENABLED).status == "pass"


def test_target_that_is_gone(stack: Stack) -> None:
    """The function hears of nothing."""
    client("events").remove_targets(Rule="daily", Ids=["1"])

    assert stack.failures() == {SENDS: "the rule no longer sends to Orders"}


def test_function_that_shuts_the_rule_out(stack: Stack) -> None:
    """EventBridge may not call it, now or for some seconds."""
    client("lambda").remove_permission(FunctionName="orders", StatementId="permit")

    outcome = stack.outcome(SENDS)

    assert (outcome.status, "does not let events.amazonaws.com in" in outcome.error) == ("fail", True)
    assert (outcome.may_pass_later, outcome.patience_seconds) == (True, 20)


def test_function_that_is_gone(stack: Stack) -> None:
    """The rule leads nowhere."""
    client("lambda").delete_function(FunctionName="orders")

    assert "does not exist" in stack.failures()[SENDS]


def test_dead_letter_queue_that_is_gone(stack: Stack) -> None:
    """What cannot be delivered would be lost."""
    client("sqs").delete_queue(QueueUrl=client("sqs").get_queue_url(QueueName="dead")["QueueUrl"])

    assert "dead letters" in stack.failures()[SENDS]


def test_target_that_only_aws_knows(stack: Stack) -> None:
    """It is recognised by its id, and is not looked at."""
    rule = a_resource("Events::Rule", "Daily", "daily", Targets=[{"Id": "1", "Arn": None}])
    outcome = Stack(generated, CHECKS, rule).outcome("Daily sends to a target")

    assert outcome.status == "pass"
    assert "is not looked at" in outcome.evidence["receiver"]
