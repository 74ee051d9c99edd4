"""RecordSuccess: the session has settled as a success."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypedDict

from deployer.amounts import counted
from deployer.aws.sessions import Sessions
from deployer.session import SessionStatus
from deployer.settings import Settings
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.session import Head

Mode = Literal["deploy", "plan"]


class Event(StateEvent):
    mode: Mode


class Answer(TypedDict):
    status: str


def handler(event: Event, _context: object) -> Answer:
    sessions = Sessions.from_settings(Settings.from_env())
    session_id, mode = event["sessionId"], event["mode"]

    message = _message(sessions, sessions.head(session_id), mode)
    sessions.settle(session_id, event["enteredAt"], SessionStatus.SUCCESS, message, deployedMode=mode)

    return {"status": sessions.head(session_id)["status"]}


def _message(sessions: Sessions, head: Head, mode: Mode) -> str:
    if not head.get("hasChanges", True):
        return f"nothing to change: stack {head['stackName']} is already as the template wants it"
    if mode == "deploy":
        return f"stack {head['stackName']} is deployed"
    planned = counted(len(sessions.changes(head["sessionId"])), "change")
    return f"{planned} planned for stack {head['stackName']}, none made"
