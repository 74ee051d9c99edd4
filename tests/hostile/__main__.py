"""`make hostile`: every attack once, and what came of it.

python -m tests.hostile [ID ...]     those whose id begins so; all of them unless given
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from tests.hostile import suite, trial
from tests.hostile.trial import MAX_MB, MAX_SECONDS

if TYPE_CHECKING:
    from tests.hostile.case import Case, Seen


def main() -> int:
    parser = argparse.ArgumentParser(prog="make hostile", description=__doc__.partition("\n")[0])
    parser.add_argument("ids", nargs="*", metavar="ID", help="those whose id begins so")
    given = parser.parse_args()
    if not trial.is_possible():
        print("make hostile: needs Linux, whose /proc tells what a process held and left", file=sys.stderr)
        return 2
    cases = suite.cases(given.ids)
    started = time.monotonic()
    verdicts = Counter(_told(case, trial.tried(case)) for case in cases)
    print(
        f"\n{len(cases)} attacks in {time.monotonic() - started:.0f} s: {verdicts[True]} as expected,"
        f" {verdicts[False]} not. Each had at most {MAX_SECONDS:.0f} s and {MAX_MB:.0f} MB."
    )
    return 0 if cases and not verdicts[False] else 1


def _told(case: Case, seen: Seen) -> bool:
    is_fine = seen.is_as_expected(case)
    words = [f"{'ok' if is_fine else 'NOT OK':6} {case.id:18} {case.attack:70.70}", f"{seen.answer:28.200}"]
    cost = f"{seen.seconds:5.2f} s {seen.peak_mb:4.0f} MB"
    why = "" if is_fine else f"  expected {' or '.join(case.expected)}; {', '.join(seen.harm)}"
    print(" ".join([*words, cost]) + why, flush=True)
    return is_fine


if __name__ == "__main__":
    sys.exit(main())
