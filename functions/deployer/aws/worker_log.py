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
_MAX_REPORT_BYTES: Final = 2_000_000


def worker_log(artifacts: Artifacts, session_id: str, zone: Zone) -> list[tuple[LogLevel, str]]:
    """The last lines of the task's output, oldest first; none when there is no report that can be read."""
    try:
        report = json.loads(artifacts.get(report_key(session_id, zone), _MAX_REPORT_BYTES))
    except (ArtifactMissing, ArtifactInvalid, ValueError, RecursionError):
        return []
    lines = report.get("logTail") if isinstance(report, dict) else None
    texts = [line for line in lines if isinstance(line, str)] if isinstance(lines, list) else []
    return [(LogLevel.INFO, clean(text)) for text in texts[-_MAX_LINES:]]
