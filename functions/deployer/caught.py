"""What a Catch leaves of an error, as one of ours.

A Lambda function's Cause is JSON with errorType and errorMessage; a container's is ECS's description of the task,
which is never shown as it is; a nested execution's describes that execution; Step Functions' own is plain text.
AWS's own error names (`States.*`, `Lambda.*`, `ECS.*`) never leave here: an execution cannot fail by the name
`States.*`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import (
    DeployerError,
    InternalError,
    PhysicalNameTaken,
    RequestInvalid,
    SessionCancelled,
    SessionTimedOut,
    StackError,
    StackFailed,
    TemplateInvalid,
    TemplateNotAllowed,
    WorkerStopped,
    error_class,
    errors_of,
)
from deployer.stack.hints import hint_for, hint_for_template

if TYPE_CHECKING:
    from deployer.session import ErrorRecord
    from deployer.state_data import Failure

_MAX_REASON: Final = 500


def error_of(name: str, cause: str) -> DeployerError:
    """The error that a state, or a whole execution, ended with."""
    details = _json(cause)
    if "errorMessage" in details:
        return _from_lambda(str(details.get("errorType", name)), str(details["errorMessage"]))
    if "Containers" in details or "StoppedReason" in details:
        return _from_task(details)
    if "ExecutionArn" in details:
        return _from_execution(details)
    if name in {"States.Timeout", "States.HeartbeatTimeout"}:
        return SessionTimedOut("a state of the execution ran into its time limit")
    if name.startswith(("ECS.", "AmazonECS.")):
        return WorkerStopped(f"ECS could not run the task: {cause[:_MAX_REASON]}")
    return _from_lambda(name, cause)


def record_of(error: DeployerError) -> ErrorRecord:
    """The error as a session keeps it."""
    record: ErrorRecord = {"code": error.code, "message": error.message}
    if hint := _hint_for(error) or error.hint:
        record["hint"] = hint
    resource = StackFailed.resource_of(error.message) if isinstance(error, StackFailed) else None
    if resource:
        record["resource"] = resource
    if isinstance(error, TemplateNotAllowed | PhysicalNameTaken):
        record["errors"] = errors_of(error.message)
    return record


def failure_of(error: DeployerError) -> Failure:
    """The error as the execution ends with it."""
    return {"error": error.code, "cause": error.message}


def _hint_for(error: DeployerError) -> str:
    """What its message calls for, which says more than what every error of its class calls for."""
    if isinstance(error, PhysicalNameTaken):
        return ""  # names of a template may read like anything
    if isinstance(error, StackError):
        return hint_for(error.message)
    return hint_for_template(error.message) if isinstance(error, TemplateInvalid) else ""


def _from_lambda(name: str, message: str) -> DeployerError:
    told = error_class(name)
    if told is InternalError and name != InternalError.__name__:
        return InternalError(f"{name}: {message}")
    # Its constructor wants fields, and they did not travel.
    return InternalError(message) if issubclass(told, RequestInvalid) else told(message)


def _from_execution(execution: dict[str, Any]) -> DeployerError:
    """A nested execution's (Step Functions API, DescribeExecution): the error that it failed with."""
    status, name = str(execution.get("Status")), execution.get("Error")
    if name:
        return error_of(str(name), str(execution.get("Cause") or ""))
    if status == "TIMED_OUT":
        return SessionTimedOut("the tests' execution ran into its time limit")
    return SessionCancelled(f"the tests' execution ended as {status}")


def _from_task(task: dict[str, Any]) -> WorkerStopped:
    containers = task.get("Containers") or [{}]
    name, code = containers[0].get("Name", "a"), containers[0].get("ExitCode")
    reason = containers[0].get("Reason") or task.get("StoppedReason") or "ECS gives no reason"
    ended = f"with exit code {code}" if code is not None else "without an exit code"
    return WorkerStopped(f"the {name} task ended {ended}: {str(reason)[:_MAX_REASON]}")


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
