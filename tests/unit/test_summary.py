"""A test session in figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.unit.test_junit import result

from deployer.sanity.summary import duration_ms, sentence, summary

if TYPE_CHECKING:
    from deployer.sanity.sanity_test import Summary


def test_counts() -> None:
    """Every result is counted once, by its status."""
    statuses = ["pass", "pass", "fail", "skip", "pass"]

    counted = summary([result(status=status) for status in statuses], 1500)

    assert counted == {"total": 5, "passed": 3, "failed": 1, "skipped": 1, "durationMs": 1500}


def test_duration() -> None:
    """The time is that of the whole, however many tests ran at once."""
    results = [
        result(startedAt="2026-11-25T10:00:01.000Z", durationMs=500),
        result(startedAt="2026-11-25T10:00:00.500Z", durationMs=3000),
        result(startedAt="2026-11-25T10:00:02.000Z", durationMs=100),
    ]

    assert duration_ms(results) == 3000
    assert duration_ms([]) == 0


@pytest.mark.parametrize(
    ("passed", "failed", "skipped", "said"),
    [
        (12, 1, 3, "12 passed, 1 failed, 3 skipped"),
        (1200, 0, 0, "1,200 passed"),
        (0, 0, 2, "2 skipped"),
        (0, 0, 0, "no tests"),
    ],
)
def test_sentence(passed: int, failed: int, skipped: int, said: str) -> None:
    """One sentence tells what happened, and nothing that did not."""
    made: Summary = {
        "total": passed + failed + skipped,
        "passed": passed,
        "failed": failed,
        "skipped": skipped,
        "durationMs": 1,
    }

    assert sentence(made) == said
