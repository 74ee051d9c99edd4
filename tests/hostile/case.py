"""One attack: what is tried, and what must come of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from tests.hostile.arena import Arena

NO_HARM: Final = "no harm"
"""The attack is of no effect: what honest there is goes on."""

Act = Callable[[], str]
"""The attack itself; it says what came of it: the error's code, or NO_HARM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """`prepare` makes what is needed, and is not measured. Of several `expected`, one must come."""

    id: str
    attack: str
    expected: tuple[str, ...]
    prepare: Callable[[Arena], Act]
    is_quick: bool = True
    """It takes no process of its own, and is run with the tests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What came of it. `harm` lists whatever must not have happened."""

    answer: str
    seconds: float
    peak_mb: float
    harm: tuple[str, ...] = ()

    def is_as_expected(self, case: Case) -> bool:
        return self.answer in case.expected and not self.harm
