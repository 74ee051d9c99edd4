"""`make iam`: each role, action and resource with what IAM would answer, and whether that is as it must be.

python -m tests.iam [ROLE ...]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from typing import TYPE_CHECKING

from tests.iam import matrix, mutants, uses
from tests.iam.simulator import ALLOWED, answers

if TYPE_CHECKING:
    from tests.iam.matrix import Row


def main() -> int:
    parser = argparse.ArgumentParser(prog="make iam", description=__doc__.partition("\n")[0])
    parser.add_argument("roles", nargs="*", metavar="ROLE", help="these alone")
    given = parser.parse_args()
    every = [*matrix.rows(), *uses.rows()]
    rows = [row for row in every if not given.roles or row.role in given.roles]
    verdicts = Counter(
        _told(row, answer) for row, answer in zip(rows, answers([row.question for row in rows]), strict=True)
    )
    allowed = sum(row.is_allowed for row in rows)
    print(
        f"\n{len(rows)} rows, {allowed} to be allowed, {len(rows) - allowed} to be denied:"
        f" {verdicts[True]} are as they must be, {verdicts[False]} are not"
    )
    unmissed = _unmissed(rows) if not given.roles else []
    return 0 if rows and not verdicts[False] and not unmissed else 1


def _unmissed(rows: list[Row]) -> list[str]:
    """Actions that nobody would miss, of all that the roles are given."""
    every = mutants.mutants(rows)
    asked = [question for mutant in every for question in mutant.questions]
    told = iter(answers(asked))
    unmissed = [
        f"{mutant.role} {mutant.action}"
        for mutant in every
        if all([next(told) == ALLOWED for _ in mutant.questions])  # noqa: C419 - each has its answer, needed or not
    ]
    print(f"{len(every)} actions taken away, one at a time: {len(every) - len(unmissed)} are missed by a row")
    print(*(f"nobody misses {each}" for each in unmissed), sep="\n", end="\n" if unmissed else "")
    return unmissed


def _told(row: Row, answer: str) -> bool:
    is_right = row.is_answered(answer)
    circumstances = " ".join(f"{name.rpartition(':')[2]}={value}" for name, value in row.context.items())
    line = (
        f"{'ok' if is_right else 'WRONG':6} {row.role:28} {row.action:34} {row.resource:.90} {circumstances:.60}"
    )
    print(f"{line}  {answer:.200}  ({row.reason})")
    return is_right


if __name__ == "__main__":
    sys.exit(main())
