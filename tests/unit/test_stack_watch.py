"""deployer.stack.watch: how long to wait, and what a stack's end means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest
from tests.stack_events import CHILD, ROOT, event, of_stack

from deployer.session import LogLevel
from deployer.stack.stack import Stack, StackStatus
from deployer.stack.watch import begun, failure, has_settled, log_entries, longer, looked_at

if TYPE_CHECKING:
    from deployer.state_data import Stack as Watch

BEGAN_AT = "2026-11-18T13:00:00.000Z"


def stack(status: str) -> Stack:
    return Stack(stack_id=ROOT, name="shop", status=StackStatus(status), reason="because")


def watch(wanted: Literal["deployed", "deleted"] = "deployed", *, is_stopping: bool = False) -> Watch:
    return {**begun(ROOT, wanted, BEGAN_AT), "isStopping": is_stopping}


def test_waits_grow() -> None:
    """From a second to a quarter of a minute, and no further."""
    waits = [1]
    while len(waits) < 8:
        waits.append(longer(waits[-1], 15))

    assert waits == [1, 2, 4, 7, 11, 15, 15, 15]


@pytest.mark.parametrize(
    ("looked", "is_overdue"), [("2026-11-18T13:59:59.999Z", False), ("2026-11-18T14:00:00.000Z", True)]
)
def test_deadline(looked: str, is_overdue: bool) -> None:
    """A stack is overdue when its minutes are up, by the state machine's own clock."""
    after = looked_at(watch(), is_settled=False, entered_at=looked, timeout_minutes=60)

    assert after["isOverdue"] is is_overdue


@pytest.mark.parametrize(("is_settled", "is_stopping"), [(True, False), (False, True)])
def test_never_overdue_again(is_settled: bool, is_stopping: bool) -> None:
    """Neither a settled stack nor one that is being stopped is stopped."""
    late = "2026-11-19T13:00:00.000Z"

    after = looked_at(watch(is_stopping=is_stopping), is_settled=is_settled, entered_at=late, timeout_minutes=60)

    assert not after["isOverdue"]


def test_status_from_before_the_operation() -> None:
    """A status counts when it is the operation's own, not when the first news came after it was read."""
    before, begins, ends = stack("UPDATE_COMPLETE"), of_stack("UPDATE_IN_PROGRESS"), of_stack("UPDATE_COMPLETE")

    assert not has_settled(before, [], had_begun=False)
    assert not has_settled(before, [begins, event("Queue", "UPDATE_COMPLETE")], had_begun=False)
    assert has_settled(before, [begins, ends], had_begun=False)
    assert has_settled(before, [], had_begun=True)


def test_stack_that_is_gone() -> None:
    """There is nothing to wait for."""
    assert has_settled(None, [], had_begun=False)


def test_removal_that_goes_back() -> None:
    """A stack whose export is in use is as it was before: that is a failure, and no endless wait."""
    settled = has_settled(stack("UPDATE_COMPLETE"), [], had_begun=True)
    error = failure(watch("deleted"), stack("UPDATE_COMPLETE"), [], 60)

    assert settled
    assert error is not None
    assert (error.code, error.message) == ("StackFailed", "the stack is UPDATE_COMPLETE (because)")


@pytest.mark.parametrize("status", StackStatus)
def test_every_end_of_a_deployment(status: StackStatus) -> None:
    """Of all statuses that a deployment can settle in, only the successful ones are no failure."""
    if has_settled(stack(status), [], had_begun=True):
        assert (failure(watch(), stack(status), [], 60) is None) == status.is_succeeded


def test_failed_create_that_was_removed() -> None:
    """The cause is told, though the stack is gone."""
    events = [event("Queue", "CREATE_FAILED", "bad"), of_stack("DELETE_COMPLETE", ms=2)]

    error = failure(watch(), stack("DELETE_COMPLETE"), events, 60)

    assert error is not None
    assert (error.code, error.message) == ("StackFailed", "Queue: bad")


def test_stack_removed_by_somebody() -> None:
    """Without a failure, a stack that is gone was removed from outside."""
    gone = failure(watch(), stack("DELETE_COMPLETE"), [of_stack("DELETE_COMPLETE")], 60)
    unknown = failure(watch(), None, [], 60)

    assert gone is not None
    assert unknown is not None
    assert gone.code == unknown.code == "StackGone"


def test_stack_that_was_stopped() -> None:
    """It is the time that was up, not the cancellations after it."""
    events = [event("Queue", "CREATE_FAILED", "Resource creation cancelled")]

    error = failure(watch(is_stopping=True), stack("UPDATE_ROLLBACK_COMPLETE"), events, 60)

    assert error is not None
    assert error.code == "StackTimedOut"
    assert "60 minutes" in error.message
    assert "UPDATE_ROLLBACK_COMPLETE" in error.message


def test_stack_that_nobody_but_a_person_can_repair() -> None:
    """The error says so."""
    events = [event("Queue", "UPDATE_FAILED", "bad")]

    error = failure(watch(), stack("UPDATE_ROLLBACK_FAILED"), events, 60)

    assert error is not None
    assert "UPDATE_ROLLBACK_FAILED" in error.message
    assert "console" in error.message


def test_removal_that_failed() -> None:
    """The resource that stays is named."""
    events = [event("Bucket", "DELETE_FAILED", "not empty")]

    error = failure(watch("deleted"), stack("DELETE_FAILED"), events, 60)

    assert error is not None
    assert error.message.startswith("Bucket: not empty")


def test_log_entries_of_events() -> None:
    """A failure is an error, a cancellation a warning; a nested stack's line names that stack."""
    events = [
        event("Queue", "CREATE_IN_PROGRESS"),
        event("Queue", "CREATE_FAILED", "bad"),
        event("Topic", "CREATE_FAILED", "Resource creation cancelled", stack_id=CHILD),
    ]

    assert log_entries(events, ROOT) == [
        (LogLevel.INFO, "Queue (AWS::SQS::Queue) CREATE_IN_PROGRESS"),
        (LogLevel.ERROR, "Queue (AWS::SQS::Queue) CREATE_FAILED: bad"),
        (
            LogLevel.WARNING,
            "shop-Inner-1: Topic (AWS::SQS::Queue) CREATE_FAILED: Resource creation cancelled",
        ),
    ]
