"""What a container printed last, as its report has it: hostile data, made fit for a session's log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployer.aws.workers import report_key
from deployer.errors import ArtifactInvalid, ArtifactMissing
from deployer.log_text import clean
from deployer.session import LogLevel

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts
    from deployer.aws.workers import Zone

_MAX_LINES: Final = 100
_WARNING: Final = "warning: "
_MAX_REPORT_BYTES: Final = 2_000_000


def worker_log(artifacts: Artifacts, session_id: str, zone: Zone) -> list[tuple[LogLevel, str]]:
    """The last lines of the task's output, oldest first; none when there is no report that can be read."""
    try:
        report = json.loads(artifacts.get(report_key(session_id, zone), _MAX_REPORT_BYTES))
    except (ArtifactMissing, ArtifactInvalid, ValueError, RecursionError):
        return []
    return entries_of(report.get("logTail") if isinstance(report, dict) else None)


def entries_of(log_tail: object) -> list[tuple[LogLevel, str]]:
    """The lines of a report's `logTail`, as far as they are text; what begins with `warning: ` is a warning."""
    lines = [line for line in log_tail if isinstance(line, str)] if isinstance(log_tail, list) else []
    return [
        (LogLevel.WARNING if line.startswith(_WARNING) else LogLevel.INFO, clean(line.removeprefix(_WARNING)))
        for line in lines[-_MAX_LINES:]
    ]
