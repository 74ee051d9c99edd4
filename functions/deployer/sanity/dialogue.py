"""The dialogue with a function: given its answers so far, the next event to try, or what is to be said of it.

A made-up event may be the reason for an error. So an error that may be the payload's is met with what the function
missed, and at last with an event as unlike as can be. One that no event changes, in words that do not speak of
input, is the function's own. What stays open is a skip that says what would make it testable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity import conclusion
from deployer.sanity.adapt import VALUES, filled, first_value, minds_values, missed, unlike, with_names
from deployer.sanity.blame import Fault
from deployer.sanity.event_kind import EventKind
from deployer.sanity.turn import Try, Variant, heard_in

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.sanity.sanity_test import Outcome
    from deployer.sanity.turn import Heard, Invocation, Turn

MAX_TURNS: Final = 9
_SHORT_SECONDS: Final = 30  # a timeout that is worth a second look
_LAST_TRIES: Final = 2  # kept for another event of the same kind, and for one that is unlike it


def next_try(asked: Invocation, turns: Sequence[Turn]) -> Try | Outcome:
    """The next event, or the outcome. At most MAX_TURNS tries come of it."""
    if not turns:
        return Try(variant=Variant.GIVEN, event=asked["event"])
    heard = [heard_in(asked, turn) for turn in turns]
    settled = conclusion.settled(heard)
    if settled or len(turns) >= MAX_TURNS:
        return settled or conclusion.concluded(asked, heard)
    return _another(asked, heard) or conclusion.concluded(asked, heard)


def concluded(asked: Invocation, turns: Sequence[Turn]) -> Outcome:
    """What is to be said when nothing more is tried."""
    return conclusion.concluded(asked, [heard_in(asked, turn) for turn in turns])


def _another(asked: Invocation, heard: Sequence[Heard]) -> Try | None:
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


def _patient(heard: Sequence[Heard]) -> Try | None:
    """Once more what took too long, as a first start may, or what met a busy service; then null, which no handler
    that reads its event can take for long."""
    last = heard[-1]
    if last.blame.fault not in {Fault.SLOW, Fault.BUSY}:
        return None
    if last.tried.variant is not Variant.AGAIN and conclusion.seconds(last) <= _SHORT_SECONDS:
        return Try(variant=Variant.AGAIN, event=last.tried.event, additions=last.tried.additions)
    return Try(variant=Variant.NULL, event=None)


def _fuller(asked: Invocation, heard: Sequence[Heard]) -> Try | None:
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
    additions: tuple[tuple[str, int], ...], names: Sequence[str], heard: Sequence[Heard]
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
