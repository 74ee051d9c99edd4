"""What is to be said of a function, after the answers that it gave."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployer.sanity.adapt import makes_up_names
from deployer.sanity.answer import Worth
from deployer.sanity.blame import Fault, is_native, speaks_of_input
from deployer.sanity.payloads import Origin
from deployer.sanity.sanity_test import Outcome, Verdict
from deployer.sanity.turn import Variant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.sanity.turn import Heard, Invocation

TESTABLE: Final = "an example event in events/, or an invocation in sanity-tests.yaml, would tell"
_LONG_SECONDS: Final = 120  # a timeout that is believed at once
_TROUBLE: Final = re.compile(r"error|exception|fail|not |denied|invalid|unable|cannot|warn", re.IGNORECASE)


def settled(heard: Sequence[Heard]) -> Outcome | None:
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


def concluded(asked: Invocation, heard: Sequence[Heard]) -> Outcome:
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


def seconds(heard: Heard) -> float:
    """How long the function was given, as its timeout tells."""
    found = re.search(r"timed out after ([\d.]{1,12}) seconds", heard.blame.reason)
    return float(found[1]) if found else 0


def _by_fault(heard: Sequence[Heard]) -> Outcome | None:
    last = heard[-1]
    again = len(heard) > 1 and heard[-2].blame.fault is last.blame.fault
    match last.blame.fault:
        case Fault.CERTAIN if last.tried.variant is not Variant.OTHER:
            return _fail(last.blame.reason)
        case Fault.EVENTUAL if last.tried.variant is not Variant.OTHER and not makes_up_names(last.tried.event):
            return _fail(last.blame.reason, may_pass_later=True)
        case Fault.SLOW if last.tried.variant is Variant.NULL or seconds(last) > _LONG_SECONDS:
            return _fail(last.blame.reason)
        case Fault.BUSY if again:
            return _skip(f"an AWS service was busy: {last.blame.reason}")
        case Fault.ELSEWHERE:
            return _skip(last.blame.reason)
    return None


def _good(last: Heard) -> Outcome | None:
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


def _is_silent(heard: Heard) -> bool:
    """It answers nothing, and its log tells of no trouble that it may have swallowed."""
    return heard.judgement.worth is Worth.NOTHING and not _TROUBLE.search(heard.log)


def _is_the_same(heard: Sequence[Heard]) -> bool:
    return len({each.raised.signature if each.raised else None for each in heard}) == 1


def _says_so(heard: Heard) -> bool:
    """It answers 5xx by itself: nothing in its log tells of trouble that came from elsewhere."""
    return heard.raised is not None and not heard.raised.is_foretold and not _TROUBLE.search(heard.log)


def _is_its_own(heard: Heard) -> bool:
    """The error is none that looks at input: by its class, or by a raise of the function's own in other words."""
    raised = heard.raised
    if raised is None or not raised.is_foretold or speaks_of_input(raised):
        return False
    if heard.blame.fault is Fault.UNCLEAR:
        return True
    is_node = not any(frame.source for frame in raised.frames)
    is_thrown = is_node and bool(raised.frames) and not is_native(raised)
    return heard.blame.fault is Fault.INPUT and (raised.is_explicit or is_thrown)


def _furthest(heard: Sequence[Heard]) -> Heard:
    """What it failed on when it was given the most."""
    return next((each for each in reversed(heard) if each.tried.variant is Variant.FILLED), heard[0])


def _open(asked: Invocation, heard: Heard) -> Outcome:
    whose = "the repository's own" if asked["origin"] == Origin.EXAMPLE else "a made-up"
    reason = f"with {whose} event it fails, and the event may be the reason: {_reason(heard)}; {TESTABLE}"
    return _skip(reason)


def _reason(heard: Heard) -> str:
    """What was raised, and what was answered where that says more."""
    told = heard.raised.told if heard.raised else ""
    said = heard.judgement.reason
    return said if told in said else f"{told} ({said})"


def _fail(error: str, may_pass_later: bool = False) -> Outcome:
    return Outcome(status=Verdict.FAIL, error=error, may_pass_later=may_pass_later)


def _skip(error: str) -> Outcome:
    return Outcome(status=Verdict.SKIP, error=error)
