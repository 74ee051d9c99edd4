"""A session: one request's whole life, from the POST until it has settled."""

from __future__ import annotations

import hashlib
import re
import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypedDict

from deployer.instants import iso8601

if TYPE_CHECKING:
    from collections.abc import Mapping

# RFC 9562, section 5.7: 48 bits of milliseconds, version 7, 12 random bits, variant 10, 62 random bits.
_SESSION_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)


class SessionKind(StrEnum):
    DEPLOYMENT = "deployment"
    TEST = "test"


class SessionStatus(StrEnum):
    """What became of the request, in one word."""

    PENDING = "pending"
    DEPLOYING = "deploying"
    TESTING = "testing"
    SUCCESS = "success"
    FAILED = "failed"
    CANCELLED = "cancelled"
    DELETING = "deleting"
    DELETED = "deleted"

    @property
    def is_settled(self) -> bool:
        return self in _SETTLED

    @property
    def may_follow(self) -> frozenset[SessionStatus]:
        """The statuses that this one may come after: a late retry cannot reopen what has settled."""
        return _MAY_FOLLOW[self]


_S = SessionStatus
_RUNNING: Final = frozenset({_S.PENDING, _S.DEPLOYING, _S.TESTING})
_SETTLED: Final = frozenset({_S.SUCCESS, _S.FAILED, _S.CANCELLED, _S.DELETED})
_MAY_FOLLOW: Final[dict[SessionStatus, frozenset[SessionStatus]]] = {
    _S.PENDING: frozenset(),
    _S.DEPLOYING: frozenset({_S.PENDING, _S.DEPLOYING}),
    _S.TESTING: frozenset({_S.PENDING, _S.DEPLOYING, _S.TESTING}),
    _S.SUCCESS: _RUNNING,
    _S.FAILED: _RUNNING | {_S.DELETING},
    _S.CANCELLED: _RUNNING | {_S.DELETING},
    _S.DELETING: frozenset({_S.SUCCESS, _S.FAILED, _S.CANCELLED}),
    _S.DELETED: frozenset({_S.DELETING}),
}


class Stage(StrEnum):
    """What is being done just now. Each state writes the next one as the last thing it does."""

    VALIDATING = "validating"
    CLONING = "cloning"
    DETECTING = "detecting"
    PACKAGING = "packaging"
    PUBLISHING = "publishing"
    PLANNING = "planning"
    DEPLOYING = "deploying"
    STOPPING = "stopping"
    COLLECTING = "collecting"
    DISCOVERING = "discovering"
    GENERATING = "generating"
    TESTING = "testing"
    SUMMARIZING = "summarizing"
    REMOVING = "removing"
    SETTLED = "settled"


class LogLevel(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogEntry(TypedDict):
    """Our line for the user."""

    timestamp: str
    level: str
    stage: str
    message: str


class ErrorRecord(TypedDict, total=False):
    """How a session says what went wrong. `code` is a class of deployer.errors."""

    code: str
    message: str
    hint: str
    resource: str
    errors: list[dict[str, str]]


class ResourceRecord(TypedDict):
    """One deployed resource."""

    logicalId: str
    type: str
    physicalId: str
    status: str


class ParameterRecord(TypedDict):
    """A parameter of the template. `value` is null for a secret; `source` is a ValueSource's."""

    name: str
    value: str | None
    source: str


class ChangeRecord(TypedDict):
    """One planned change. `replacement` is `True`, `False` or `Conditional`, CloudFormation's words."""

    action: str
    logicalId: str
    type: str
    physicalId: str
    replacement: str


Head = dict[str, Any]
"""A session's first item, as the table gives it: camelCase attributes, absent rather than null."""


_REQUESTED: Final = (
    "repository",
    "branch",
    "commit",
    "projectRoot",
    "stackName",
    "deploymentId",
    "functionName",
)


def new_head(
    session_id: str, kind: SessionKind, caller: str, request: Mapping[str, Any], execution_arn: str
) -> Head:
    """The head of a session that has just been accepted; its times are those in its id."""
    created_at = iso8601(head_timestamp(session_id) // 1000)
    asked = {name: request[name] for name in _REQUESTED if request.get(name) is not None}
    return {
        **asked,
        "sessionId": session_id,
        "kind": kind.value,
        "caller": caller,
        "callerKind": caller_kind(caller, kind),
        "status": SessionStatus.PENDING.value,
        "stage": Stage.VALIDATING.value,
        "message": "accepted",
        "request": request,
        "executionArn": execution_arn,
        "createdAt": created_at,
        "updatedAt": created_at,
    }


def caller_kind(caller: str, kind: SessionKind) -> str:
    """What the sessions of one kind that one caller asked for have in common: an index lists them by it."""
    return f"{caller}#{kind.value}"


def has_deployed(head: Head) -> bool:
    """Whether a stack runs what the session deployed, as far as the session knows: its tests come after that."""
    is_deployment = head["kind"] == SessionKind.DEPLOYMENT and head["request"]["mode"] == "deploy"
    is_removed = head["status"] in {SessionStatus.DELETING, SessionStatus.DELETED}
    came_so_far = head["status"] == SessionStatus.SUCCESS or "testSessionId" in head
    return is_deployment and came_so_far and not is_removed


def new_session_id(now_ms: int) -> str:
    """A UUIDv7 of that time (milliseconds since 1970)."""
    return _session_id(now_ms, secrets.randbits(74))


def nested_session_id(session_id: str, now_ms: int) -> str:
    """The id of the test session that a deployment asks for at that time: always the same."""
    digest = hashlib.sha256(f"tests of {session_id}".encode()).digest()
    return _session_id(now_ms, int.from_bytes(digest) & (1 << 74) - 1)


def _session_id(now_ms: int, tail: int) -> str:
    """`tail` has the 74 bits that are left."""
    bits = (now_ms << 80) | (0x7 << 76) | (tail >> 62 << 64) | (0b10 << 62) | tail & (1 << 62) - 1
    digits = f"{bits:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_session_id(text: str) -> bool:
    return _SESSION_ID.fullmatch(text) is not None


def head_timestamp(session_id: str) -> int:
    """The head's sort key: the id's own milliseconds, in microseconds. Whoever knows the id can get the head."""
    return int(session_id[:8] + session_id[9:13], 16) * 1000
