"""Numbers as people read them."""

from __future__ import annotations

import pytest

from deployer.amounts import counted, size


@pytest.mark.parametrize(("count", "text"), [(0, "0 files"), (1, "1 file"), (12345, "12,345 files")])
def test_counted(count: int, text: str) -> None:
    """One thing is singular, and thousands are told apart."""
    assert counted(count, "file") == text


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (2_920, "2.9 kB"),
        (61_450_000, "61.5 MB"),
        (3 * 10**9, "3.0 GB"),
    ],
)
def test_size(size_bytes: int, text: str) -> None:
    """A size is told in the largest unit that it fills."""
    assert size(size_bytes) == text
