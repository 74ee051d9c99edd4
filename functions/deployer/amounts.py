"""How many and how large, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_LISTED: Final = 20
_UNITS: Final = (("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def counted(count: int, noun: str) -> str:
    """`1 file`, `2,000 files`. `noun` is one that takes an s."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def size(size_bytes: int) -> str:
    """`1 byte`, `999 bytes`, `2.9 kB`, `61.5 MB`: never `0.0` of anything."""
    for unit, factor in _UNITS:
        if size_bytes >= factor:
            return f"{size_bytes / factor:,.1f} {unit}"
    return counted(size_bytes, "byte")


def listed(names: Iterable[str], most: int = _MAX_LISTED) -> str:
    """`a, b, c`, or as many of them and `and 7 more`."""
    every = list(names)
    more = len(every) - most
    return ", ".join(every[:most]) + (f" and {more:,} more" if more > 0 else "")
