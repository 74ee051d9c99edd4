"""A turn of the dialogue with a function: what it was given, what it answered, and what to make of that."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NotRequired, TypedDict

from deployer.sanity.answer import judge
from deployer.sanity.blame import Blame, Fault, Setting, blame
from deployer.sanity.event_kind import EventKind

if TYPE_CHECKING:
    from deployer.sanity.answer import Answer, Judgement
    from deployer.sanity.raised import Raised


class Invocation(TypedDict):
    """What a function is asked. `types` are the resource types of the deployment, `variables` the names in the
    function's environment by its template; `made` is the made-up event where `event` is an example; `isEmbedded`
    that it runs on the embedded platform, which lacks some of what Lambda has."""

    function: str
    kind: str
    origin: str
    event: Any
    file: NotRequired[str]
    made: NotRequired[Any]
    reportsItems: NotRequired[bool]
    method: NotRequired[str]
    runtime: str
    variables: list[str]
    types: list[str]
    isEmbedded: bool


class Variant(StrEnum):
    GIVEN = "given"
    AGAIN = "again"  # the same once more
    FILLED = "filled"  # with what the function seems to miss
    MADE = "made"  # made up, in place of the example
    OTHER = "other"  # as unlike as can be
    NULL = "null"  # after a timeout: does the function get to look at its event at all?


@dataclass(frozen=True, slots=True, kw_only=True)
class Try:
    """`additions` are names, each with the number of its value."""

    variant: Variant
    event: Any
    additions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    tried: Try
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A turn, understood."""

    tried: Try
    judgement: Judgement
    log: str
    blame: Blame = field(default=Blame(fault=Fault.UNCLEAR, reason=""))

    @property
    def raised(self) -> Raised | None:
        return self.judgement.raised


def heard_in(asked: Invocation, turn: Turn) -> Heard:
    kind = EventKind(asked["kind"])
    judgement = judge(kind, turn.answer, turn.tried.event, asked.get("reportsItems", False))
    if judgement.raised is None:
        return Heard(tried=turn.tried, judgement=judgement, log=turn.answer.log)
    found = blame(judgement.raised, _setting(asked))
    return Heard(tried=turn.tried, judgement=judgement, log=turn.answer.log, blame=found)


def _setting(asked: Invocation) -> Setting:
    return Setting(
        runtime=asked["runtime"],
        variables=asked["variables"],
        types=asked["types"],
        is_embedded=asked["isEmbedded"],
    )
