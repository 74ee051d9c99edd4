"""One thing in a template that is not allowed: where it is, what it is, and which parameter would allow it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_MAX_SHOWN: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`place` leads there by dots from the template's top. `parameter` is one of this application; "" if none."""

    template: str
    place: str
    problem: str
    parameter: str = ""

    def __str__(self) -> str:
        way_out = f" ({self.parameter} of this application allows it)" if self.parameter else ""
        return f"{shown(self.template)} {shown(self.place)}: {shown(self.problem, 2 * _MAX_SHOWN)}{way_out}"


def shown(text: str, most: int = _MAX_SHOWN) -> str:
    """The text within a list whose members have "; " between them, and ": " after their first part."""
    one = " ".join(text.replace(";", ",").split()).replace(": ", ":")
    return one if len(one) <= most else f"{one[: most - 1]}…"
