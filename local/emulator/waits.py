"""Pauses of the emulator that AWS does not make.

A state that runs a task learns of its end by an event (Step Functions Developer Guide, "Run a job (.sync)"); the
emulator looks once a second, and gives up after 600 looks. A function's answer is passed on as soon as it is
given; the emulator waits 50 ms for a line of its output whenever there is none.
"""

from __future__ import annotations

import json
import time
from typing import Any, Final

from ministack.core.lambda_runtime import Worker
from ministack.services import ecs, stepfunctions

_TASK_SECONDS: Final = 3600
"""Longer than any state waits, and than any task is left running."""
_LOOK_SECONDS: Final = 0.05
_OUTPUT_SECONDS: Final = 0.01
"""What a function printed went through a pipe before its answer went through a socket."""


def wait_for_tasks(cluster: str, arns: list[str]) -> Any:
    """DescribeTasks' answer once all of them have stopped."""
    until = time.monotonic() + _TASK_SECONDS
    while time.monotonic() < until:
        _, _, body = ecs._describe_tasks({"cluster": cluster, "tasks": arns})
        described = json.loads(body)
        if all(task["lastStatus"] == "STOPPED" for task in described["tasks"]):
            return described
        time.sleep(_LOOK_SECONDS)
    raise stepfunctions._ExecutionError("States.Timeout", f"a task of {cluster} never stopped")


_drain = Worker._drain_stderr_bounded


def output(worker: Worker, first_line_wait: float = _OUTPUT_SECONDS) -> Any:
    return _drain(worker, first_line_wait=first_line_wait)


def mend() -> None:
    stepfunctions._poll_ecs_tasks = wait_for_tasks
    Worker._drain_stderr_bounded = output
