"""CheckStack: new stack events are in the session's log, and it is known whether the stack has settled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.session import Head, Stage
from deployer.settings import Settings
from deployer.stack.event import cursor_after
from deployer.stack.watch import failure, has_settled, left, log_entries, looked_at
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.session import ResourceRecord
    from deployer.stack.event import StackEvent
    from deployer.stack.stack import Stack
    from deployer.state_data import Stack as Watch

_MAX_RETAINED: Final = 100


class Event(StateEvent):
    stack: Watch


def handler(event: Event, _context: object) -> Watch:
    settings = Settings.from_env()
    sessions, stacks = Sessions.from_settings(settings), Stacks.from_settings(settings)
    watch, minutes = event["stack"], settings.stack_timeout_minutes

    head = sessions.head(event["sessionId"])
    # The status first: what led to it has then been told when the events are read.
    stack = stacks.describe(watch["stackId"])
    news = _copy_events(sessions, stacks, event, head, stack)

    had_begun = head.get("eventCursor", {}) != head.get("eventBegin", {})
    is_settled = has_settled(stack, news, had_begun=had_begun)
    if is_settled:
        _raise_failure(stacks, watch, stack, head, minutes)
    return looked_at(watch, is_settled=is_settled, entered_at=event["enteredAt"], timeout_minutes=minutes)


def _copy_events(
    sessions: Sessions, stacks: Stacks, event: Event, head: Head, stack: Stack | None
) -> list[StackEvent]:
    """The new events, which are now in the log."""
    watch = event["stack"]
    cursor: dict[str, str] = head.get("eventCursor", {})
    news = stacks.events_since(watch["stackId"], cursor)
    if not news:
        return news
    stage = _stage(watch)
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=stage,
        next=stage,
        message=_message(stack, news),
        entries=log_entries(_with_refusals(stacks, watch, head, news), watch["stackId"]),
        eventCursor=cursor_after(cursor, news),
        retainedResources=_retained(head, news),
    )
    return news


def _retained(head: Head, news: list[StackEvent]) -> list[ResourceRecord] | None:
    """The attribute of the session, where it changes."""
    retained = left(news)
    return [*head.get("retainedResources", []), *retained][:_MAX_RETAINED] if retained else None


def _stage(watch: Watch) -> Stage:
    if watch["wanted"] == "deleted":
        return Stage.REMOVING
    return Stage.STOPPING if watch["isStopping"] else Stage.DEPLOYING


def _message(stack: Stack | None, news: list[StackEvent]) -> str:
    return f"stack {stack.name} is {stack.status}" if stack else news[-1].text


def _raise_failure(stacks: Stacks, watch: Watch, stack: Stack | None, head: Head, minutes: int) -> None:
    """Raises StackFailed, StackTimedOut or StackGone when the stack is not as it was wanted."""
    operation = _operation(stacks, watch, head)
    error = failure(watch, stack, _with_refusals(stacks, watch, head, operation), minutes)
    if error:
        raise error


def _with_refusals(stacks: Stacks, watch: Watch, head: Head, events: list[StackEvent]) -> list[StackEvent]:
    """The events, and what they only point to: the reasons of an early validation that failed."""
    if not any(event.asks_for_refusals for event in events):
        return events
    began = _operation(stacks, watch, head)[0].at
    return [*events, *(event for event in stacks.refusals(stack_id=watch["stackId"]) if event.at >= began)]


def _operation(stacks: Stacks, watch: Watch, head: Head) -> list[StackEvent]:
    """Everything told since the stack was asked to move."""
    return stacks.events_since(watch["stackId"], head.get("eventBegin", {}))
