"""What each function costs before it does anything: the time to import it, and the memory that it then holds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median

from tests.benchmarks.table import table

ROOT = Path(__file__).resolve().parents[2]
RUNS = 5

_MEASURE = """
import sys, time
started = time.perf_counter()
__import__(sys.argv[1])
seconds = time.perf_counter() - started
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
print(seconds, int(status["VmHWM"].split()[0]) / 1024)
"""


def report() -> str:
    """A row per function, the slowest first, beside an empty Powertools handler."""
    rows = sorted(
        map(_row, ["aws_lambda_powertools.event_handler", *_functions()]), key=lambda row: -float(row[1])
    )
    empty = float(next(row[1] for row in rows if row[0] == "aws_lambda_powertools.event_handler"))
    return "\n".join(
        (
            "Import of each function (median of 5, each in a new process)",
            table(
                ["module", "ms", "MB", "ratio to an empty Powertools resolver"],
                [[*row, f"{float(row[1]) / empty:.2f}"] for row in rows],
            ),
            f"Source of all functions: {_source_bytes() / 1024:.0f} KB, without dependencies",
        )
    )


def _functions() -> list[str]:
    return sorted(path.stem for path in (ROOT / "functions").glob("*.py"))


def _row(module: str) -> list[str]:
    runs = [_import(module) for _ in range(RUNS)]
    return [module, f"{median(run[0] for run in runs) * 1000:.0f}", f"{median(run[1] for run in runs):.0f}"]


def _import(module: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, module],
        cwd=ROOT / "functions",
        capture_output=True,
        check=True,
        text=True,
    )
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def _source_bytes() -> int:
    return sum(path.stat().st_size for path in (ROOT / "functions").rglob("*.py"))
