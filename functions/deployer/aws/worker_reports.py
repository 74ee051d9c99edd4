"""What a container says of its work: the report that it leaves. Hostile data, read with care."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.workers import KEYS
from deployer.errors import (
    ArtifactInvalid,
    ArtifactMissing,
    DeployerError,
    InternalError,
    PackageError,
    ProjectError,
    SourceError,
    WorkerStopped,
    error_class,
)
from deployer.redaction import lines_without_secrets, without_secrets
from deployer.session import LogLevel
from deployer.worker import REPORT

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts
    from deployer.aws.workers import Zone

_TASKS: Final[dict[Zone, str]] = {"source": "clone", "build": "build"}
_MAY_TELL: Final[dict[Zone, tuple[type[DeployerError], ...]]] = {
    "source": (SourceError, ProjectError, ArtifactMissing, InternalError),
    "build": (PackageError, ProjectError, InternalError),
}
_MAX_BYTES: Final = 2_000_000
_MAX_MESSAGE: Final = 4096
_MAX_LINES: Final = 100
_WARNING: Final = "warning: "


def read_report(artifacts: Artifacts, session_id: str, zone: Zone) -> dict[str, Any]:
    """The container's report, as hostile data: its outer shape is checked, its parts are the reader's to check.

    Raises the error that it tells of, by class; WorkerStopped when there is none.
    """
    try:
        report = _parse(zone, _body(artifacts, session_id, zone))
    except ArtifactMissing:
        raise WorkerStopped(f"the {_TASKS[zone]} task ended without a report") from None
    if report["error"] is not None:
        raise _told_by(zone, report["error"])
    return report


def _told_by(zone: Zone, error: dict[str, str]) -> DeployerError:
    """The error that a container tells of, when it is one that such a container can meet."""
    told = error_class(error["code"])
    if not issubclass(told, _MAY_TELL[zone]):
        return ArtifactInvalid(
            f"the {_TASKS[zone]} task reported {error['code'][:64]!r}, an error that it cannot have"
        )
    return told(without_secrets(error["message"], _MAX_MESSAGE))


def _parse(zone: Zone, body: bytes) -> dict[str, Any]:
    try:
        report = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ArtifactInvalid(f"the {_TASKS[zone]} task's report is not JSON: {error}") from error
    if not isinstance(report, dict) or "error" not in report or not _is_error(report["error"]):
        raise ArtifactInvalid(f"the {_TASKS[zone]} task's report lacks a valid `error`")
    return report


def _is_error(error: object) -> bool:
    return error is None or (
        isinstance(error, dict) and isinstance(error.get("code"), str) and isinstance(error.get("message"), str)
    )


def _body(artifacts: Artifacts, session_id: str, zone: Zone) -> bytes:
    return artifacts.get(KEYS[zone](session_id, REPORT), _MAX_BYTES)


def worker_log(artifacts: Artifacts, session_id: str, zone: Zone) -> list[tuple[LogLevel, str]]:
    """The last lines of the task's output, oldest first; none when there is no report that can be read."""
    try:
        report = json.loads(_body(artifacts, session_id, zone))
    except (ArtifactMissing, ArtifactInvalid, ValueError, RecursionError):
        return []
    return entries_of(report.get("logTail") if isinstance(report, dict) else None)


def entries_of(log_tail: object) -> list[tuple[LogLevel, str]]:
    """The lines of a report's `logTail`, as far as they are text; what begins with `warning: ` is a warning."""
    lines = [line for line in log_tail if isinstance(line, str)] if isinstance(log_tail, list) else []
    return [
        (LogLevel.WARNING if line.startswith(_WARNING) else LogLevel.INFO, line.removeprefix(_WARNING))
        for line in lines_without_secrets(lines[-_MAX_LINES:])
    ]
