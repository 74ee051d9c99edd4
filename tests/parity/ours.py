"""A deployment by this application: POST, wait, and where the time went."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from local.application import STACK_NAME
from local.client import NeverSettled, Refused
from local.platform import REGION
from tests.parity.run import Run, Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from local.client import Session
    from local.laptop import Laptop
    from local.platform import Platform
    from tests.parity.run import Project

_SECONDS: Final = 600
_EXECUTION: Final = f"arn:aws:states:{REGION}:000000000000:execution:{STACK_NAME}-Deploy:"
WAITING: Final = "begin and end"
"""What no state took: the answer to the POST, the start of the execution, the caller's last look."""

PHASES: Final = {
    "ValidateRequest": "validate",
    "CloneRepository": "clone",
    "DetectProject": "detect",
    "PackageProject": "package",
    "PublishPackage": "publish",
    "CreateChangeSet": "change set",
    "ExecuteChangeSet": "stack",
    "CollectResources": "settle",
    "RecordFailure": "settle",
}
"""The state that each phase begins with; what follows, whichever state, is the phase's too."""


def deploy(laptop: Laptop, project: Project, number: int, parameters: Mapping[str, str]) -> tuple[Run, Session]:
    """The run, and the session; empty when there is none."""
    client = laptop.client()
    started = time.monotonic()
    session: Session = {}
    try:
        accepted = client.deploy(
            project.repository, commit=project.commit, projectRoot=project.root, parameters=dict(parameters)
        )
        session = accepted
        session = client.settle(accepted["sessionId"], seconds=_SECONDS)
        error = session.get("error") or {}
    except (Refused, NeverSettled) as problem:
        error = {"code": getattr(problem, "code", type(problem).__name__), "message": str(problem)}
    total = time.monotonic() - started
    events = _history(laptop.platform, session["sessionId"]) if session else []
    seconds = phases(events)
    run = Run(
        project=project,
        tool=Tool.OURS,
        round=number,
        detected=bool((session.get("project") or {}).get("kind")),
        packaged="change set" in seconds,
        deployed=session.get("status") == "success",
        total=round(total, 2),
        seconds={**seconds, WAITING: round(total - sum(seconds.values()), 2)},
        code=str(error.get("code", "")),
        reason=" ".join(str(error.get("message", "")).split()),
    )
    return run, session


def remove(laptop: Laptop, session: Session) -> None:
    """Its stack is gone, if it had one. Raises Refused or NeverSettled."""
    client = laptop.client()
    if session.get("deployedResources"):
        client.remove(session["sessionId"])
        client.settle(session["sessionId"], seconds=_SECONDS)


def phases(events: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """Seconds by phase, from an execution's history."""
    seconds: dict[str, float] = {}
    phase, since = "", 0.0
    for event in events:
        at = event["timestamp"].timestamp()
        if phase:
            seconds[phase] = seconds.get(phase, 0.0) + at - since
        name = event.get("stateEnteredEventDetails", {}).get("name", "")
        phase, since = PHASES.get(name, phase), at
    return {name: round(each, 2) for name, each in seconds.items()}


def _history(platform: Platform, session_id: str) -> list[Mapping[str, Any]]:
    pages = platform.client("stepfunctions").get_paginator("get_execution_history")
    return [event for page in pages.paginate(executionArn=f"{_EXECUTION}{session_id}") for event in page["events"]]
