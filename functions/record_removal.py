"""RecordRemoval: the session says that its stack is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from deployer.amounts import counted
from deployer.aws.sessions import Sessions
from deployer.session import SessionStatus
from deployer.settings import Settings

if TYPE_CHECKING:
    from deployer.session import Head
    from deployer.state_data import StateEvent


class Answer(TypedDict):
    status: str


def handler(event: StateEvent, _context: object) -> Answer:
    sessions = Sessions.from_settings(Settings.from_env())
    session_id = event["sessionId"]

    message = _message(sessions.head(session_id))
    sessions.expire_resources(session_id)
    sessions.settle(session_id, event["enteredAt"], SessionStatus.DELETED, message)

    return {"status": sessions.head(session_id)["status"]}


def _message(head: Head) -> str:
    gone, retained = f"stack {head['stackName']} is gone", head.get("retainedResources", [])
    return f"{gone}, {counted(len(retained), 'resource')} stayed: see retainedResources" if retained else gone
