"""RecordSuccess: the session has settled as a success."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from deployer.amounts import counted
from deployer.aws.sessions import Sessions
from deployer.sanity.summary import sentence
from deployer.session import SessionKind, SessionStatus
from deployer.settings import Settings

if TYPE_CHECKING:
    from deployer.session import Head
    from deployer.state_data import StateEvent


class Answer(TypedDict):
    status: str


def handler(event: StateEvent, _context: object) -> Answer:
    sessions = Sessions.from_settings(Settings.from_env())
    session_id = event["sessionId"]

    message = _message(sessions, sessions.head(session_id))
    sessions.settle(session_id, event["enteredAt"], SessionStatus.SUCCESS, message)

    return {"status": sessions.head(session_id)["status"]}


def _message(sessions: Sessions, head: Head) -> str:
    if head["kind"] == SessionKind.TEST:
        return sentence(head["summary"])
    if not head.get("hasChanges", True):
        return f"nothing to change: stack {head['stackName']} is already as the template wants it"
    if head["request"]["mode"] == "deploy":
        return f"stack {head['stackName']} is deployed"
    planned = counted(len(sessions.changes(head["sessionId"])), "change")
    return f"{planned} planned for stack {head['stackName']}, none made"
