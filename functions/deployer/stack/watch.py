"""Watching a stack until it settles: how long to wait, what to log, and what its end means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from deployer.errors import DeployerError, StackFailed, StackGone, StackTimedOut
from deployer.instants import microseconds
from deployer.session import LogLevel, ResourceRecord
from deployer.stack.event import first_cause
from deployer.stack.physical_id import shown_id
from deployer.state_data import Stack as Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.stack.event import StackEvent
    from deployer.stack.stack import Stack

LONGEST_STACK_WAIT: Final = 15
LONGEST_CHANGE_SET_WAIT: Final = 5

_REPAIR: Final = "only a person can bring it back: see the stack in the CloudFormation console"


def begun(stack_id: str, wanted: Literal["deployed", "deleted"], entered_at: str) -> Watch:
    """The state data of a stack that has just been asked to move."""
    return Watch(
        stackId=stack_id,
        wanted=wanted,
        startedAt=entered_at,
        isSettled=False,
        isOverdue=False,
        isStopping=False,
        waitSeconds=1,
    )


def longer(wait_seconds: int, longest: int) -> int:
    """The next wait: half as long again, and a second."""
    return min(longest, wait_seconds + wait_seconds // 2 + 1)


def looked_at(watch: Watch, *, is_settled: bool, entered_at: str, timeout_minutes: int) -> Watch:
    """The state data after a look at the stack. One that is being stopped cannot become overdue again."""
    moved_us = microseconds(entered_at) - microseconds(watch["startedAt"])
    is_overdue = not is_settled and not watch["isStopping"] and moved_us >= timeout_minutes * 60_000_000
    wait_seconds = longer(watch["waitSeconds"], LONGEST_STACK_WAIT)
    return {**watch, "isSettled": is_settled, "isOverdue": is_overdue, "waitSeconds": wait_seconds}


def has_settled(stack: Stack | None, news: Sequence[StackEvent], *, had_begun: bool) -> bool:
    """Whether there is nothing more to wait for, well or badly.

    A look right after the request may still see the status from before it. It counts once the stack had told of
    the new operation before this look (`had_begun`), or tells of that very status since (`news`).
    A removal may settle in any status: a stack whose export is in use goes back to the one that it had.
    """
    if stack is None or stack.status.is_gone:
        return True
    is_told = any(event.is_of_stack and event.status == stack.status for event in news)
    return (had_begun or is_told) and stack.status.is_settled


def failure(
    watch: Watch, stack: Stack | None, events: Sequence[StackEvent], timeout_minutes: int
) -> DeployerError | None:
    """What went wrong with a stack that has settled, or None. `events` are the operation's, oldest first."""
    if _is_as_wanted(watch, stack):
        return None
    cause = first_cause(events)
    if watch["isStopping"]:
        after = f"; before that, {cause.text}" if cause else ""
        now = f"is {stack.status}" if stack and not stack.status.is_gone else "was removed"
        return StackTimedOut(f"it had not settled after {timeout_minutes} minutes, was stopped and {now}{after}")
    if cause:
        return StackFailed(f"{cause.text}{_remedy(stack)}")
    if stack is None or stack.status.is_gone:
        return StackGone(f"stack {stack.name if stack else watch['stackId']} was removed while it was deployed")
    return StackFailed(f"the stack is {stack.status}{_because(stack)}{_remedy(stack)}")


def _is_as_wanted(watch: Watch, stack: Stack | None) -> bool:
    if watch["wanted"] == "deleted":
        return stack is None or stack.status.is_gone
    return stack is not None and stack.status.is_succeeded


def _because(stack: Stack) -> str:
    return f" ({stack.reason})" if stack.reason else ""


def _remedy(stack: Stack | None) -> str:
    return f"; the stack is {stack.status}, {_REPAIR}" if stack and stack.status.must_be_repaired else ""


def left(events: Sequence[StackEvent]) -> list[ResourceRecord]:
    """The resources that CloudFormation left in the account."""
    return [
        ResourceRecord(
            logicalId=event.logical_id,
            type=event.type,
            physicalId=shown_id(event.type, event.physical_id),
            status=event.status,
        )
        for event in events
        if event.is_left
    ]


def log_entries(events: Sequence[StackEvent], stack_id: str) -> list[tuple[LogLevel, str]]:
    """One line for each event; those of nested stacks name their stack."""
    return [(_level(event), _line(event, stack_id)) for event in events]


def _level(event: StackEvent) -> LogLevel:
    if event.is_left:
        return LogLevel.WARNING
    if not event.is_failure:
        return LogLevel.INFO
    return LogLevel.WARNING if event.is_cancellation else LogLevel.ERROR


def _line(event: StackEvent, stack_id: str) -> str:
    return event.text if event.stack_id == stack_id else f"{event.stack_name}: {event.text}"
