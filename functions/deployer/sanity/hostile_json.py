"""JSON that strangers wrote, as a value that can be walked through: its depth is bounded, its shape may be any."""

from __future__ import annotations

import json
from typing import Any, Final

MAX_DEPTH: Final = 100
"""Levels, as for YAML: whoever walks through a value calls itself for each of them."""
ODD: Final = (LookupError, AttributeError, TypeError, ValueError)
"""What is raised on the way through a value that has another shape than its kind should have."""


def parsed(text: str) -> Any:
    """The value. Raises ValueError for what is no JSON, or nested deeper than MAX_DEPTH levels."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if _is_deep(value):
        raise ValueError("it is nested too deeply")
    return value


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for each in level for inner in _members(each) if isinstance(inner, dict | list)]
    return bool(level)


def _members(value: Any) -> Any:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
