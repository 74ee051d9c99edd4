"""How a whole test session went, in figures and in one sentence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from deployer.instants import microseconds
from deployer.sanity.sanity_test import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.sanity.sanity_test import SanityTestResult, Summary


def summary(results: Iterable[SanityTestResult], duration_ms: int) -> Summary:
    """`duration_ms` is from the first test's start to the last one's end: tests run side by side."""
    counts = Counter(result["status"] for result in results)
    return {
        "total": counts.total(),
        "passed": counts[Verdict.PASS],
        "failed": counts[Verdict.FAIL],
        "skipped": counts[Verdict.SKIP],
        "durationMs": duration_ms,
    }


def duration_ms(results: Iterable[SanityTestResult]) -> int:
    """From the first test's start to the last one's end."""
    spans = [(microseconds(each["startedAt"]) // 1000, each["durationMs"]) for each in results]
    return max((start + lasted for start, lasted in spans), default=0) - min(
        (start for start, _ in spans), default=0
    )


def sentence(summary: Summary) -> str:
    """`12 passed, 1 failed, 3 skipped`; what did not happen is left out."""
    parts = [
        f"{count:,} {word}"
        for count, word in (
            (summary["passed"], "passed"),
            (summary["failed"], "failed"),
            (summary["skipped"], "skipped"),
        )
        if count
    ]
    return ", ".join(parts) or "no tests"
