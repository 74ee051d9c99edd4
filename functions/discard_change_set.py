"""DiscardChangeSet: the planned changes are recorded; the change set, and a stack that waited for it, are gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.errors import ChangeSetFailed, StackGone
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.change_set import in_words
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.session import ChangeRecord
    from deployer.state_data import ChangeSet


class Event(StateEvent):
    changeSet: ChangeSet


class Answer(TypedDict):
    changeCount: int


def handler(event: Event, _context: object) -> Answer:
    settings = Settings.from_env()
    stacks, sessions = Stacks.from_settings(settings), Sessions.from_settings(settings)
    change_set_id = event["changeSet"]["changeSetId"]

    changes = _planned(stacks, change_set_id)
    if changes is not None:
        _record(sessions, event, changes)
    stacks.discard(change_set_id, event["changeSet"]["stackId"])

    return Answer(changeCount=len(changes or []))


def _planned(stacks: Stacks, change_set_id: str) -> Sequence[ChangeRecord] | None:
    """The changes; None when an earlier try has recorded and discarded them."""
    try:
        return stacks.describe_change_set(change_set_id).changes
    except (ChangeSetFailed, StackGone):
        return None


def _record(sessions: Sessions, event: Event, changes: Sequence[ChangeRecord]) -> None:
    if changes:
        sessions.add_changes(event["sessionId"], changes)
    message = f"planned: {in_words(changes)}" if changes else "the stack is already as the template wants it"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PLANNING,
        next=Stage.COLLECTING,
        message=message,
        entries=[(LogLevel.INFO, message)],
    )
