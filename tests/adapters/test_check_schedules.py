"""Schedules and pipes: on, between the ends of their template."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, make_queue, make_role

from deployer.aws.checks.schedules import CHECKS
from deployer.aws.clients import client
from deployer.sanity.schedule import tests as generated

FUNCTION = arn("lambda", "function:orders")
ENABLED, CALLS = "Nightly is enabled", "Nightly calls Orders"
WHEN: Any = {"ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": {"Mode": "OFF"}}


@pytest.fixture
def target(aws: None) -> Any:
    make_function()
    return {"Arn": FUNCTION, "RoleArn": make_role("caller")}


@pytest.fixture
def stack(target: Any) -> Stack:
    client("scheduler").create_schedule(Name="nightly", Target=target, **WHEN)
    schedule = a_resource("Scheduler::Schedule", "Nightly", "nightly", Target=target)
    return Stack(generated, CHECKS, schedule, a_function())


def test_schedule_as_in_its_template(stack: Stack) -> None:
    """All is well."""
    assert stack.verdicts() == {ENABLED: "pass", CALLS: "pass"}


def test_schedule_that_is_disabled(stack: Stack, target: Any) -> None:
    """Nothing is called."""
    client("scheduler").update_schedule(Name="nightly", State="DISABLED", Target=target, **WHEN)

    assert list(stack.failures()) == [ENABLED]


def test_another_target(stack: Stack, target: Any) -> None:
    """Something else is called."""
    other = {**target, "Arn": arn("sqs", "jobs")}
    client("scheduler").update_schedule(Name="nightly", Target=other, **WHEN)

    assert "its template says" in stack.failures()[CALLS]


@pytest.mark.parametrize("what", ["function", "role"])
def test_ends_that_are_gone(stack: Stack, what: str) -> None:
    """The target, and the role with which it is called, are looked at."""
    if what == "function":
        client("lambda").delete_function(FunctionName="orders")
    else:
        client("iam").delete_role(RoleName="caller")

    assert "does not exist" in stack.failures()[CALLS]


def test_schedule_that_has_run(aws: None) -> None:
    """One that runs once may have removed itself: nothing can be said. Any other is missed."""
    once = a_resource("Scheduler::Schedule", "Once", "once", ScheduleExpression="at(2026-01-01T00:00:00)")
    other = a_resource("Scheduler::Schedule", "Nightly", "nightly", ScheduleExpression="rate(1 day)")

    assert Stack(generated, CHECKS, once).verdicts() == {"Once is enabled": "skip"}
    with pytest.raises(ClientError):
        Stack(generated, CHECKS, other).verdicts()


@pytest.mark.parametrize(
    ("state", "verdict", "later"),
    [("RUNNING", "pass", False), ("STARTING", "skip", True), ("STOPPED", "fail", False)],
)
def test_pipe(aws: None, state: str, verdict: str, later: bool) -> None:
    """It has to run; one that starts may do so later."""
    stack = Stack(generated, CHECKS, a_resource("Pipes::Pipe", "Pipe", "pipe"))
    with Stubber(client("pipes")) as stub:
        stub.add_response("describe_pipe", {"CurrentState": state, "StateReason": "because"}, {"Name": "pipe"})
        outcome = stack.outcome("Pipe is running")

    assert (outcome.status, outcome.may_pass_later) == (verdict, later)


def test_ends_of_a_pipe(aws: None) -> None:
    """They are those of the template, and exist."""
    make_queue("jobs")
    ends = {"Source": arn("sqs", "jobs"), "Target": FUNCTION}
    stack = Stack(generated, CHECKS, a_resource("Pipes::Pipe", "Pipe", "pipe", **ends))
    described = {"CurrentState": "RUNNING", "Source": arn("sqs", "jobs"), "Target": arn("sqs", "elsewhere")}
    with Stubber(client("pipes")) as stub:
        stub.add_response("describe_pipe", described)
        stub.add_response("describe_pipe", described)
        source, target = stack.outcome("Pipe reads jobs"), stack.outcome("Pipe sends to function:orders")

    assert (source.status, target.status) == ("pass", "fail")
    assert "elsewhere" in target.error
