"""CheckChangeSet: whether the change set is ready, and whether it changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.errors import ChangeSetFailed
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.change_set import in_words
from deployer.stack.event import refers_to_refusals
from deployer.stack.watch import LONGEST_CHANGE_SET_WAIT, longer
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.stack.change_set import ChangeSet as Described
    from deployer.state_data import ChangeSet


class Event(StateEvent):
    changeSet: ChangeSet


def handler(event: Event, _context: object) -> ChangeSet:
    settings = Settings.from_env()
    stacks = Stacks.from_settings(settings)
    change_set = event["changeSet"]

    found = stacks.describe_change_set(change_set["changeSetId"])

    if not found.status.is_settled:
        wait_seconds = longer(change_set["waitSeconds"], LONGEST_CHANGE_SET_WAIT)
        return {**change_set, "waitSeconds": wait_seconds}
    if found.status.is_failed and not found.is_without_changes:
        reason = _reason(stacks, change_set["changeSetId"], found)
        stacks.discard(change_set["changeSetId"], change_set["stackId"])
        raise ChangeSetFailed(reason)
    _tell(Sessions.from_settings(settings), event, found)
    return {**change_set, "isReady": True, "hasChanges": not found.is_without_changes}


def _reason(stacks: Stacks, change_set_id: str, found: Described) -> str:
    if refers_to_refusals(found.reason):
        refused = [f"{each.logical_id}: {each.reason}" for each in stacks.refusals(change_set_id=change_set_id)]
        return "; ".join(refused) or found.reason
    return found.reason or f"CloudFormation left the change set {found.status}"


def _tell(sessions: Sessions, event: Event, found: Described) -> None:
    message = f"the change set is ready: {in_words(found.changes)}"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PLANNING,
        next=Stage.PLANNING,
        message=message,
        entries=[(LogLevel.INFO, message)],
        hasChanges=not found.is_without_changes,
    )
