"""Stack events: what CloudFormation says while it works, and which of them is the first cause of a failure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.stack.physical_id import shown_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

STACK_TYPE: Final = "AWS::CloudFormation::Stack"

# What happened to a resource because another one failed.
_CANCELLED: Final = re.compile(r"Resource (?:creation|update|deletion|import) cancelled", re.IGNORECASE)
# The reasons of a stack's own events only list the resources that failed.
_SUMMARY: Final = re.compile(r"The following resource\(s\) failed to|Embedded stack .* was not successfully")
_ROLLBACK: Final = re.compile(r"(?:^|_)ROLLBACK_(?:IN_PROGRESS|FAILED|COMPLETE)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEvent:
    """One event. `stack_id` is the stack that tells it; `physical_id` of a nested stack is that stack's id."""

    event_id: str
    stack_id: str
    stack_name: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    reason: str
    at: datetime

    @property
    def is_failure(self) -> bool:
        return self.status.endswith("_FAILED")

    @property
    def is_left(self) -> bool:
        """The resource is in no stack any more, and still there: the template says so (Retain)."""
        return self.status == "DELETE_SKIPPED"

    @property
    def is_of_stack(self) -> bool:
        """It is about the stack itself, not about a resource in it."""
        return self.physical_id == self.stack_id

    @property
    def is_cancellation(self) -> bool:
        """The resource did not fail: it was stopped because another one did."""
        return _CANCELLED.search(self.reason) is not None

    @property
    def asks_for_refusals(self) -> bool:
        """CloudFormation refused something before it began, and says only elsewhere what (DescribeEvents)."""
        return refers_to_refusals(self.reason)

    @property
    def nested_stack_id(self) -> str | None:
        """The id of the nested stack that this event of its parent is about."""
        is_nested = self.type == STACK_TYPE and not self.is_of_stack and self.physical_id.startswith("arn:")
        return self.physical_id if is_nested else None

    @property
    def text(self) -> str:
        """`Table (AWS::DynamoDB::Table) CREATE_FAILED: reason`."""
        left = f", {shown_id(self.type, self.physical_id)} stays in the account" if self.is_left else ""
        head = f"{self.logical_id} ({self.type}) {self.status}{left}"
        return f"{head}: {self.reason}" if self.reason else head


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstCause:
    """What went wrong first. `resource` is a logical id; `nested_in` names the nested stack that holds it."""

    resource: str
    reason: str
    nested_in: str | None = None

    @property
    def text(self) -> str:
        """`Resource: reason`, as the message of StackFailed begins."""
        where = f" (in nested stack {self.nested_in})" if self.nested_in else ""
        return f"{self.resource}: {self.reason}{where}"


def first_cause(events: Sequence[StackEvent]) -> FirstCause | None:
    """The earliest failure that no other explains, or None where nothing failed.

    `events` are one operation's, oldest first, of the stack and of its nested stacks. Cancelled resources,
    and stacks whose failure comes from something in them, are left out. Of failures in the same millisecond the
    one that says most counts: CloudFormation does not promise their order.
    """
    failures = [event for event in events if event.is_failure and not event.is_cancellation]
    explained = {event.stack_id for event in failures if not event.is_of_stack}
    leaves = [event for event in failures if not _is_explained(event, explained)]
    if leaves:
        return _cause(min(leaves, key=_rank), events)
    return next((_cause(event, events) for event in events if _tells_of_rollback(event)), None)


def refers_to_refusals(reason: str) -> bool:
    """Whether CloudFormation's early validation failed: its reasons are read by DescribeEvents alone."""
    return "DescribeEvents" in reason


def in_order(events: Sequence[StackEvent]) -> list[StackEvent]:
    """Oldest first; events of one stack keep their order within the same millisecond."""
    return sorted(events, key=lambda event: event.at)


def cursor_after(cursor: Mapping[str, str], events: Sequence[StackEvent]) -> dict[str, str]:
    """Where to go on reading: the last event's id of each stack, "" for a nested stack that has told none yet."""
    nested = {event.nested_stack_id: "" for event in events if event.nested_stack_id}
    return nested | dict(cursor) | {event.stack_id: event.event_id for event in events}


def _is_explained(event: StackEvent, explained: set[str]) -> bool:
    below = event.stack_id if event.is_of_stack else event.nested_stack_id
    return below in explained


def _rank(event: StackEvent) -> tuple[datetime, bool, bool]:
    says_little = not event.reason or _SUMMARY.search(event.reason) is not None
    return event.at, says_little, event.type == STACK_TYPE


def _tells_of_rollback(event: StackEvent) -> bool:
    """A stack can go back without a failed resource: a hook, an alarm or a validation said so."""
    return event.is_of_stack and bool(event.reason) and _ROLLBACK.search(event.status) is not None


def _cause(event: StackEvent, events: Sequence[StackEvent]) -> FirstCause:
    parents = (other.logical_id for other in events if other.nested_stack_id == event.stack_id)
    return FirstCause(
        resource=event.logical_id,
        reason=event.reason or event.status,
        nested_in=next(parents, None),
    )
