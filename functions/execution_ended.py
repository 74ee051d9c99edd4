"""Settles sessions whose execution ended without doing so: it was stopped, ran out of time, or failed unrecorded.

EventBridge tells of each end; a schedule finds what it missed. Either may come twice, late, or in any order.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, TypedDict

from aws_lambda_powertools import Logger

from deployer.aws import executions
from deployer.aws.sessions import Sessions
from deployer.caught import record_of
from deployer.ending import Execution, ExecutionStatus, ending, message_of
from deployer.errors import SessionNotFound
from deployer.instants import iso8601
from deployer.session import is_session_id
from deployer.settings import Settings

if TYPE_CHECKING:
    from deployer.session import Head

_OVERDUE_MS: Final = 15 * 60 * 1000
_SESSION_ID_LENGTH: Final = 36

logger = Logger(service="execution-ended")


class Answer(TypedDict):
    settled: list[str]


def handler(event: dict[str, Any], _context: object) -> Answer:
    """The ids of the sessions that this event settled."""
    sessions = Sessions.from_settings(Settings.from_env())
    if event["detail-type"] == "Scheduled Event":
        return {"settled": _sweep(sessions, event["time"])}
    return {"settled": _ended(sessions, event["detail"])}


def _ended(sessions: Sessions, detail: dict[str, Any]) -> list[str]:
    session_id = detail["name"][:_SESSION_ID_LENGTH]
    execution = Execution(
        status=ExecutionStatus(detail["status"]), error=detail.get("error") or "", cause=detail.get("cause") or ""
    )
    head = _head_of(sessions, session_id)
    # An event of a deployment may come when its removal has begun: it has nothing to say any more.
    if head is None or head["executionArn"] != detail["executionArn"] or not execution.status.has_ended:
        return []
    return _settle(sessions, head, execution, iso8601(detail["stopDate"]))


def _head_of(sessions: Sessions, session_id: str) -> Head | None:
    """None for an execution that somebody started by hand."""
    try:
        return sessions.head(session_id) if is_session_id(session_id) else None
    except SessionNotFound:
        return None


def _sweep(sessions: Sessions, at: str) -> list[str]:
    now_ms = time.time_ns() // 1_000_000
    overdue = sessions.unsettled_before(now_ms - _OVERDUE_MS)
    # A removal begins long after its session did.
    quiet = [head for head in overdue if head["updatedAt"] < iso8601(now_ms - _OVERDUE_MS)]
    return [session_id for head in quiet for session_id in _compare(sessions, head, at)]


def _compare(sessions: Sessions, head: Head, at: str) -> list[str]:
    try:
        execution = executions.describe(head["executionArn"])
        if execution and not execution.status.has_ended:
            return []
        return _settle(sessions, head, execution, at)
    except Exception:  # one that cannot be compared must not keep the others waiting
        logger.exception("session not compared", sessionId=head["sessionId"])
        return []


def _settle(sessions: Sessions, head: Head, execution: Execution | None, at: str) -> list[str]:
    status, error = ending(execution)
    settled = sessions.settle(head["sessionId"], at, status, message_of(error, head), record_of(error))
    if settled:
        logger.warning("session settled from outside", sessionId=head["sessionId"], code=error.code)
    return [head["sessionId"]] if settled else []
