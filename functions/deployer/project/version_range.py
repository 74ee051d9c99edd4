"""Whether a release series (Node.js 22, Python 3.13) is one that a version range allows."""

from __future__ import annotations

import re
from typing import Final

Series = tuple[int, ...]
"""(22,) for Node.js, (3, 13) for Python: what Lambda names a runtime after."""

_COMPARATOR: Final = re.compile(
    r"(===|==|!=|~=|>=|<=|[<>^~=])?\s*v?(\*|x|X|\d{1,9}(?:\.\d{1,9}){0,3})(?:\.[*xX])*"
)
_LONGEST: Final = 200


def allows(text: str, series: Series) -> bool:
    """Whether some release of that series is in the range; False for a range that cannot be read.

    Node's dialect (npm's documentation, "semver ranges": `>=18 <23`, `^20.1`, `22.x`, `18 - 22`, `20 || 22`) and
    Python's (PEP 440: `>=3.11,<4`, `~=3.12`, `==3.12.*`, `!=3.13.*`).
    """
    return len(text) <= _LONGEST and any(_allows_all(part, series) for part in text.split("||"))


def _allows_all(text: str, series: Series) -> bool:
    text = re.sub(r"(\S+) +- +(\S+)", r">=\1 <=\2", text).replace(",", " ").strip()
    comparators = _COMPARATOR.findall(text)
    if not comparators or _COMPARATOR.sub("", text).strip():
        return False
    return all(_allows_one(operator, version, series) for operator, version in comparators)


def _allows_one(operator: str, text: str, series: Series) -> bool:
    if not text[0].isdigit():
        return True
    version = tuple(int(part) for part in text.split("."))
    shown, start = series[: len(version)], version[: len(series)]
    match operator:
        case ">=":
            return shown >= start
        case ">":
            return shown > start or (shown == start and len(version) > len(series))
        case "<=":
            return shown <= start
        case "<":
            return shown < start or (shown == start and any(version[len(series) :]))
        case "!=":
            return shown != start or len(version) > len(series)
        case "~=":
            return shown == start if len(version) > len(series) else shown >= start and series[0] == start[0]
        case _:
            return shown == start
