"""How a session ends that did not end by itself: its execution timed out, was stopped, or never began."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from deployer.caught import error_of
from deployer.errors import (
    DeployerError,
    InternalError,
    SessionCancelled,
    SessionTimedOut,
    StackError,
)
from deployer.session import SessionStatus, Stage

if TYPE_CHECKING:
    from deployer.session import Head

_MOVING_STAGES: Final = frozenset({Stage.DEPLOYING, Stage.STOPPING, Stage.REMOVING})


class ExecutionStatus(StrEnum):
    """Step Functions' own words."""

    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    TIMED_OUT = "TIMED_OUT"
    ABORTED = "ABORTED"
    PENDING_REDRIVE = "PENDING_REDRIVE"

    @property
    def has_ended(self) -> bool:
        return self not in {ExecutionStatus.RUNNING, ExecutionStatus.PENDING_REDRIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """How an execution is; `error` and `cause` are empty unless it failed."""

    status: ExecutionStatus
    error: str = ""
    cause: str = ""


def ending(execution: Execution | None) -> tuple[SessionStatus, DeployerError]:
    """What an unsettled session becomes whose execution has ended so; None is one that never started."""
    if execution is None:
        return SessionStatus.FAILED, InternalError("the execution was never started")
    match execution.status:
        case ExecutionStatus.ABORTED:
            return SessionStatus.CANCELLED, SessionCancelled("the execution was stopped from outside")
        case ExecutionStatus.TIMED_OUT:
            return SessionStatus.FAILED, SessionTimedOut("the execution ran into its time limit")
        case ExecutionStatus.SUCCEEDED:
            return SessionStatus.FAILED, InternalError(
                "the execution ended without recording how the session went"
            )
    return SessionStatus.FAILED, error_of(execution.error or "InternalError", execution.cause)


def message_of(error: DeployerError, head: Head) -> str:
    """The session's last message; it says so when CloudFormation may still be moving the stack."""
    if isinstance(error, StackError) or head["stage"] not in _MOVING_STAGES:
        return error.message
    left = f"stack {head.get('stackName', '')} was left as it was: look at it in the CloudFormation console"
    return f"{error.message.rstrip('.')}; {left}"
