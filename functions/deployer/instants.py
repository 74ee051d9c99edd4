"""Moments in time, as text and as numbers. UTC throughout."""

from __future__ import annotations

from datetime import UTC, datetime


def iso8601(ms: int) -> str:
    """`2026-11-23T15:11:05.123Z` of milliseconds since 1970."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def microseconds(text: str) -> int:
    """Microseconds since 1970 of an ISO 8601 text.

    Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text)
    whole = int(moment.replace(microsecond=0, tzinfo=moment.tzinfo or UTC).timestamp())
    return whole * 1_000_000 + moment.microsecond


def midnight(ms: int) -> int:
    """The last midnight before that moment, both in milliseconds since 1970."""
    return ms - ms % 86_400_000
