"""The build image's entry point: builds every unit of a plan, and leaves zips and a report in the artifact bucket.

It holds no credential: PLAN_URL opens the plan, the plan's addresses open the rest. It exits with 1 when the
report tells of an error. Builds run the project's own code, in child processes that inherit nothing.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from build_units import Builds
from deployer.errors import DeployerError, InternalError
from deployer.exchange import Exchange
from deployer.log_text import clean
from deployer.packaging.hostile_archive import ZipLimits, extract
from deployer.removal import remove
from deployer.worker import GRACE_SECONDS, PLAN_URL, REPORT, SOURCE

if TYPE_CHECKING:
    from types import FrameType

    from deployer.worker import BuildPlan, BuildReport, WorkerError

_PR_SET_DUMPABLE: Final = 4
_MAX_SOURCE_BYTES: Final = 2 << 30
_SOURCE_LIMITS: Final = ZipLimits(max_files=100_000, max_bytes=4 << 30)


def main() -> int:
    """The exit code."""
    started = time.monotonic()
    _hide()
    signal.signal(signal.SIGTERM, _stop)
    environment = dict(os.environ)
    fields, exchange = Exchange.open(environment[PLAN_URL])
    plan: BuildPlan = fields  # type: ignore[assignment]  # written by DetectProject in this shape
    signal.alarm(plan["timeoutSeconds"] + GRACE_SECONDS)
    report = _report(plan, exchange, environment)
    report["durationMs"] = int((time.monotonic() - started) * 1000)
    exchange.leave(REPORT, json.dumps(report).encode())
    _print(report)
    return 1 if report["error"] else 0


def _hide() -> None:
    """A build, which is the same user, cannot read what this task was started with, where the system has a way.

    prctl(2), PR_SET_DUMPABLE; proc(5), /proc/pid/environ.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _report(plan: BuildPlan, exchange: Exchange, environment: dict[str, str]) -> BuildReport:
    """What became of the plan. Its folder is removed whatever happens."""
    work = Path(tempfile.mkdtemp(prefix="build-"))
    report: BuildReport = {"error": None, "packages": {}, "warnings": [], "logTail": []}
    try:
        _build(plan, exchange, environment, work, report)
    except DeployerError as error:
        report["error"] = {"code": error.code, "message": error.message}
    except Exception as error:
        # A report with our fault in it is worth more than a task that ended without one.
        report["error"] = _internal(error)
    finally:
        remove(work)
    return report


def _build(
    plan: BuildPlan, exchange: Exchange, environment: dict[str, str], work: Path, report: BuildReport
) -> None:
    archive, source = work / SOURCE, work / "source"
    exchange.fetch(plan["sourceUrl"], archive, _MAX_SOURCE_BYTES)
    extract(archive, source, _SOURCE_LIMITS)
    archive.unlink()
    Builds(plan, source, work, environment, exchange, report).run()


def _internal(error: Exception) -> WorkerError:
    return {
        "code": InternalError.__name__,
        "message": clean(f"the build task failed: {type(error).__name__}: {error}"),
    }


def _stop(number: int, _: FrameType | None) -> None:
    """ECS stops a task with SIGTERM: what is open is closed on the way out."""
    raise SystemExit(128 + number)


def _print(report: BuildReport) -> None:
    """For the container's own log; the prefix keeps a line from being read as a metric or a record of ours."""
    for text in (*report["logTail"], *report["warnings"], json.dumps(report["error"])):
        for line in text.split("\n"):  # a name in it may hold a line end
            sys.stdout.write(f"| {line}\n")


if __name__ == "__main__":
    sys.exit(main())
