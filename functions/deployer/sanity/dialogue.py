"""The dialogue with a function: given its answers so far, the next event to try, or what is to be said of it.

A made-up event may be the reason for an error. So an error that may be the payload's is met with what the function
missed, and at last with an event as unlike as can be. One that no event changes, in words that do not speak of
input, is the function's own. What stays open is a skip that says what would make it testable.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict

from deployer.sanity.adapt import VALUES, filled, first_value, minds_values, missed, unlike, with_names
from deployer.sanity.answer import Worth, judge
from deployer.sanity.blame import Blame, Fault, Setting, blame, is_native, speaks_of_input
from deployer.sanity.event_kind import EventKind
from deployer.sanity.payloads import Origin
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.sanity.answer import Answer, Judgement
    from deployer.sanity.raised import Raised

MAX_TURNS: Final = 9
_SHORT_SECONDS: Final = 30  # a timeout that is worth a second look
_LONG_SECONDS: Final = 120  # one that is believed at once
TESTABLE: Final = "an example event in events/, or an invocation in sanity-tests.yaml, would tell"
_TROUBLE: Final = re.compile(r"error|exception|fail|not |denied|invalid|unable|cannot|warn", re.IGNORECASE)
_LAST_TRIES: Final = 2  # kept for another event of the same kind, and for an empty one


class Invocation(TypedDict):
    """What a function is asked. `types` are the resource types of the deployment, `variables` the names in the
    function's environment by its template; `made` is the made-up event where `event` is an example."""

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
class _Heard:
    """A turn, understood."""

    tried: Try
    judgement: Judgement
    log: str
    blame: Blame = field(default=Blame(fault=Fault.UNCLEAR, reason=""))

    @property
    def raised(self) -> Raised | None:
        return self.judgement.raised


def next_try(asked: Invocation, turns: Sequence[Turn]) -> Try | Outcome:
    """The next event, or the outcome. At most MAX_TURNS tries come of it."""
    if not turns:
        return Try(variant=Variant.GIVEN, event=asked["event"])
    heard = [_heard(asked, turn) for turn in turns]
    settled = _settled(heard)
    if settled or len(turns) >= MAX_TURNS:
        return settled or concluded(asked, turns)
    return _another(asked, heard) or concluded(asked, turns)


def concluded(asked: Invocation, turns: Sequence[Turn]) -> Outcome:
    """What is to be said when nothing more is tried."""
    return _conclusion(asked, [_heard(asked, turn) for turn in turns])


def _heard(asked: Invocation, turn: Turn) -> _Heard:
    kind = EventKind(asked["kind"])
    judgement = judge(kind, turn.answer, turn.tried.event, asked.get("reportsItems", False))
    if judgement.raised is None:
        return _Heard(tried=turn.tried, judgement=judgement, log=turn.answer.log)
    found = blame(judgement.raised, _setting(asked))
    return _Heard(tried=turn.tried, judgement=judgement, log=turn.answer.log, blame=found)


def _setting(asked: Invocation) -> Setting:
    return Setting(runtime=asked["runtime"], variables=asked["variables"], types=asked["types"])


def _settled(heard: Sequence[_Heard]) -> Outcome | None:
    """What the last answer alone decides."""
    last = heard[-1]
    match last.judgement.worth:
        case Worth.GOOD:
            return _good(last)
        case Worth.MOCK:
            return _mock(last.judgement.reason)
        case Worth.MALFORMED if last.tried.variant in {Variant.GIVEN, Variant.MADE, Variant.FILLED}:
            return _fail(last.judgement.reason)
    return _by_fault(heard) if last.raised else None


def _by_fault(heard: Sequence[_Heard]) -> Outcome | None:
    last = heard[-1]
    again = len(heard) > 1 and heard[-2].blame.fault is last.blame.fault
    match last.blame.fault:
        case Fault.CERTAIN if last.tried.variant is not Variant.OTHER:
            return _fail(last.blame.reason)
        case Fault.EVENTUAL:
            return _fail(last.blame.reason, may_pass_later=True)
        case Fault.SLOW if last.tried.variant is Variant.NULL or _seconds(last) > _LONG_SECONDS:
            return _fail(last.blame.reason)
        case Fault.BUSY if again:
            return _skip(f"an AWS service was busy: {last.blame.reason}")
        case Fault.ELSEWHERE:
            return _skip(last.blame.reason)
    return None


def _good(last: _Heard) -> Outcome | None:
    """An empty event that goes well says nothing of the one that does not."""
    variant = last.tried.variant
    if variant in {Variant.MADE, Variant.NULL} or (variant is Variant.OTHER and last.tried.event == {}):
        return None
    added = [name for name, _ in last.tried.additions]
    return Outcome(status=Verdict.PASS, evidence={"addedToEvent": added} if added else {})


def _mock(reason: str) -> Outcome:
    if "no code deployed" in reason or "no bootstrap" in reason:
        return _fail(f"it has no code to run: {reason}")
    return _skip(f"the platform cannot run it: {reason}")


def _another(asked: Invocation, heard: Sequence[_Heard]) -> Try | None:
    """The next event to try; None when there is nothing left that could tell more."""
    if found := _patient(heard):
        return found
    done = {each.tried.variant for each in heard}
    if Variant.NULL in done:
        return None
    may_fill = not done & {Variant.MADE, Variant.OTHER} and len(heard) < MAX_TURNS - _LAST_TRIES
    if may_fill and (found := _fuller(asked, heard)):
        return found
    if "made" in asked and Variant.MADE not in done and Variant.OTHER not in done:
        return Try(variant=Variant.MADE, event=asked["made"])
    if Variant.OTHER not in done:
        return Try(variant=Variant.OTHER, event=unlike(asked["event"]))
    return None


def _patient(heard: Sequence[_Heard]) -> Try | None:
    """Once more what took too long, as a first start may, or what met a busy service; then null, which no handler
    that reads its event can take for long."""
    last = heard[-1]
    if last.blame.fault not in {Fault.SLOW, Fault.BUSY}:
        return None
    if last.tried.variant is not Variant.AGAIN and _seconds(last) <= _SHORT_SECONDS:
        return Try(variant=Variant.AGAIN, event=last.tried.event, additions=last.tried.additions)
    return Try(variant=Variant.NULL, event=None)


def _seconds(heard: _Heard) -> float:
    """How long the function was given, as its timeout tells."""
    found = re.search(r"timed out after ([\d.]{1,12}) seconds", heard.blame.reason)
    return float(found[1]) if found else 0


def _fuller(asked: Invocation, heard: Sequence[_Heard]) -> Try | None:
    """The event with what the function missed at last; with other values where it minds these."""
    last = heard[-1]
    if last.raised is None:
        return None
    is_request = EventKind(asked["kind"]).is_request
    base = filled(asked["event"]) if is_request else asked["event"]
    additions = _extended(last.tried.additions, missed(last.raised), heard)
    if additions is None:
        first_time = is_request and last.tried.variant is Variant.GIVEN and base != asked["event"]
        additions = () if first_time else None
    return None if additions is None else _filled_with(base, additions)


def _filled_with(base: Any, additions: tuple[tuple[str, int], ...]) -> Try:
    return Try(variant=Variant.FILLED, event=with_names(base, additions), additions=additions)


def _extended(
    additions: tuple[tuple[str, int], ...], names: Sequence[str], heard: Sequence[_Heard]
) -> tuple[tuple[str, int], ...] | None:
    known = {name for name, _ in additions}
    if new := [name for name in names if name not in known]:
        return (*additions, *((name, first_value(name)) for name in new[:3]))
    if not minds_values(heard[-1].raised):
        return None
    tried = {each.tried.additions for each in heard}
    for place in range(len(additions) - 1, -1, -1):
        name, number = additions[place]
        other = (*additions[:place], (name, (number + 1) % len(VALUES)), *additions[place + 1 :])
        if other not in tried:
            return other
    return None


def _conclusion(asked: Invocation, heard: Sequence[_Heard]) -> Outcome:
    """Nothing that was tried went well, and no answer was proof."""
    first, last = heard[0], heard[-1]
    if first.judgement.worth is Worth.NOTHING:
        same = len(heard) > 1 and all(_is_silent(each) for each in heard)
        return _fail(first.judgement.reason) if same else _open(asked, first)
    good = {each.tried.variant for each in heard if each.judgement.worth is Worth.GOOD}
    if last.tried.variant is Variant.NULL:
        return _open(asked, heard[-2])
    if asked["origin"] == Origin.EXAMPLE and first.blame.fault is Fault.UNCLEAR and Variant.MADE not in good:
        return _fail(f"it fails on the repository's own event: {_reason(first)}")
    if good or first.raised is None:
        return _open(asked, first)
    if _is_the_same(heard) and last.tried.variant is Variant.OTHER and _is_its_own(first):
        return _fail(f"whatever it is given, it fails: {_reason(first)}")
    if asked.get("method") == "GET" and _is_the_same(heard) and all(_says_so(each) for each in heard):
        return _fail(f"whatever it is asked, {_reason(first)}")
    return _open(asked, _furthest(heard))


def _is_silent(heard: _Heard) -> bool:
    """It answers nothing, and its log tells of no trouble that it may have swallowed."""
    return heard.judgement.worth is Worth.NOTHING and not _TROUBLE.search(heard.log)


def _says_so(heard: _Heard) -> bool:
    """It answers 5xx by itself: nothing in its log tells of trouble that came from elsewhere."""
    return heard.raised is not None and not heard.raised.is_foretold and not _TROUBLE.search(heard.log)


def _is_the_same(heard: Sequence[_Heard]) -> bool:
    return len({each.raised.signature if each.raised else None for each in heard}) == 1


def _is_its_own(heard: _Heard) -> bool:
    """The error is none that looks at input: by its class, or by a raise of the function's own in other words."""
    raised = heard.raised
    if raised is None or not raised.is_foretold or speaks_of_input(raised):
        return False
    if heard.blame.fault is Fault.UNCLEAR:
        return True
    is_node = not any(frame.source for frame in raised.frames)
    is_thrown = is_node and bool(raised.frames) and not is_native(raised)
    return heard.blame.fault is Fault.INPUT and (raised.is_explicit or is_thrown)


def _furthest(heard: Sequence[_Heard]) -> _Heard:
    """What it failed on when it was given the most."""
    return next((each for each in reversed(heard) if each.tried.variant is Variant.FILLED), heard[0])


def _open(asked: Invocation, heard: _Heard) -> Outcome:
    whose = "the repository's own" if asked["origin"] == Origin.EXAMPLE else "a made-up"
    reason = f"with {whose} event it fails, and the event may be the reason: {_reason(heard)}; {TESTABLE}"
    return _skip(reason)


def _reason(heard: _Heard) -> str:
    """What was raised, and what was answered where that says more."""
    told = heard.raised.told if heard.raised else ""
    said = heard.judgement.reason
    return said if told in said else f"{told} ({said})"


def _fail(error: str, may_pass_later: bool = False) -> Outcome:
    return Outcome(status=Verdict.FAIL, error=error, may_pass_later=may_pass_later)


def _skip(error: str) -> Outcome:
    return Outcome(status=Verdict.SKIP, error=error)
