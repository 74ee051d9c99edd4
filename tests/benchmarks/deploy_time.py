"""How long a deployment takes, from POST to success: with nothing to build, and with dependencies."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Any, Final

from tests.benchmarks.table import table

if TYPE_CHECKING:
    from local.client import Client
    from local.laptop import Laptop

EXAMPLES: Final = {"python-lambda": "nothing to build", "sam-python-api": "Python dependencies"}
RUNS: Final = 5


def report(laptop: Laptop) -> str:
    """Seconds of the first deployment and the median of the next ones, with what each stage took of it."""
    client = laptop.client()
    rows = [row for example in EXAMPLES for row in _rows(client, example)]
    return f"POST to success\n{table(['example', 'which', 's', 'ratio to the first'], rows)}"


def _rows(client: Client, example: str) -> list[list[str]]:
    first, *later = [_deploy(client, example) for _ in range(RUNS)]
    again = median(later)
    name = f"{example} ({EXAMPLES[example]})"
    return [
        [name, "first", f"{first:.1f}", "1.00"],
        [name, f"median of {len(later)} more", f"{again:.1f}", f"{again / first:.2f}"],
    ]


def _deploy(client: Client, example: str) -> float:
    started = time.monotonic()
    session: dict[str, Any] = client.settle(client.deploy(f"examples/{example}")["sessionId"])
    seconds = time.monotonic() - started
    if session["status"] != "success":
        raise RuntimeError(f"examples/{example} ended as {session['status']}: {session.get('error')}")
    client.remove(session["sessionId"])
    client.settle(session["sessionId"])
    return seconds
