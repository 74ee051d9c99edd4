"""`make contract`: the API on the embedded platform, called with a key and without one, against its own document.

python -m tests.contract [--examples N] [--seconds N]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from local import laptop
from local.lifetime import Lifetime
from tests.contract.callers import called

if TYPE_CHECKING:
    from local.laptop import Laptop
    from tests.contract.callers import Run


def main() -> int:
    parser = argparse.ArgumentParser(prog="make contract", description=__doc__.partition("\n")[0])
    parser.add_argument("--examples", type=int, default=50, metavar="N", help="for each operation (default: 50)")
    parser.add_argument("--seconds", type=int, default=300, metavar="N", help="at most, each time (default: 300)")
    given = parser.parse_args()
    with Lifetime() as lifetime:
        running = laptop.start(lifetime)
        fine = [_one(running, given, with_key=with_key) for with_key in (True, False)]
    return 0 if all(fine) else 1


def _one(running: Laptop, given: argparse.Namespace, *, with_key: bool) -> bool:
    document = running.client().call("GET", "/openapi.json").json()
    with TemporaryDirectory(prefix="contract-") as folder:
        run = called(
            running.application,
            document,
            Path(folder),
            examples=given.examples,
            seconds=given.seconds,
            with_key=with_key,
        )
    print(_told(run, with_key=with_key), flush=True)
    return run.is_fine and (with_key or not list(run.successes))


def _told(run: Run, *, with_key: bool) -> str:
    statuses = Counter(status for _, _, status in run.answers)
    counts = ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))
    got_in = [] if with_key else [f"got in: {each}" for each in run.successes]
    lines = [f"{'with' if with_key else 'without'} a key: {len(run.answers)} requests: {counts}", *got_in]
    return "\n".join(lines if run.is_fine else [*lines, run.told])


if __name__ == "__main__":
    sys.exit(main())
