"""How many and how large, as people read it."""

from __future__ import annotations

from typing import Final

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
