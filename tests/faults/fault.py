"""A fault: what is broken, how, and what it is called; and how it went when it was put in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Undo = Callable[[], object]


class Kind(StrEnum):
    RAISES = "handler raises"
    IMPORT = "import error"
    MALFORMED = "malformed answer"
    HANGS = "times out"
    VARIABLE_REMOVED = "variable removed"
    VARIABLE_EMPTY = "variable names nothing"
    PERMISSION = "permission removed"
    ROUTE = "route detached"
    EVENT_SOURCE = "event source disabled"
    REDRIVE = "redrive target deleted"
    TABLE = "table deleted"
    RULE = "rule disabled"
    STATE_MACHINE = "state without function"
    BUCKET = "bucket deleted"
    SUBSCRIPTION = "subscription removed"
    NOTIFICATION = "notification removed"
    FUNCTION = "function deleted"
    BASE_PATH = "base path removed"
    BASE_PATH_ELSEWHERE = "base path led elsewhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Of a deployed stack, nested ones included."""

    logical_id: str
    type: str
    physical_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`inject` gives back what undoes it, or None when only another deployment does.

    `names` are what a test has to be about, or to speak of, when it has noticed this fault.
    """

    kind: Kind
    what: str
    names: frozenset[str]
    inject: Callable[[], Undo | None]


Results = dict[str, dict[str, Any]]
"""A session's test results, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One fault in one stack. `caught` are the tests that noticed; `other` failed as well, about something else.

    With a `problem` it was not put in.
    """

    stack: str
    fault: Fault
    caught: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    by_status: bool = False
    by_calls: bool = False
    problem: str = ""

    @property
    def is_injected(self) -> bool:
        return not self.problem


@dataclass(slots=True, kw_only=True)
class Clean:
    """The runs of a stack without a fault. `alarms` are tests that failed, by name: their errors."""

    stack: str
    runs: int = 0
    tests: int = 0
    passed: int = 0
    skipped: int = 0
    alarms: dict[str, str] = field(default_factory=dict)
    alarm_runs: int = 0
    failing_calls: int = 0
    problem: str = ""


def noticed(fault: Fault, clean: Iterable[str], results: Results) -> tuple[list[str], list[str]]:
    """The tests that fail and did not before: those that are about the faulty thing, and the others."""
    known = set(clean)
    fresh = [each for name, each in results.items() if each["status"] == "fail" and name not in known]
    about = [each["name"] for each in fresh if is_about(fault, each)]
    return about, [each["name"] for each in fresh if each["name"] not in about]


def is_about(fault: Fault, result: dict[str, Any]) -> bool:
    told = " ".join(str(result[key]) for key in ("name", "error", "evidence", "reproduce", "physicalId"))
    return result["logicalId"] in fault.names or any(name in told for name in fault.names)
