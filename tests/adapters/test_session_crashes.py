"""A function may die at every call that it makes, and is run again: nothing is doubled, and nothing is lost."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.session_table import ENTERED_AT, NOW_MS, a_head, items

from deployer.aws.clients import client
from deployer.idempotency import Idempotency
from deployer.session import LogLevel, SessionStatus, Stage, new_session_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.aws.sessions import Sessions

ENTRIES = [(LogLevel.INFO, f"entry {number}") for number in range(120)]
RUNNING = {SessionStatus.PENDING, SessionStatus.DEPLOYING, SessionStatus.TESTING}


class Crash(BaseException):
    """The function is gone, in the middle of a call."""


def crash_at(point: int, when: str, work: Callable[[], object]) -> bool:
    """Runs the work, and ends it before its `point`th call is sent, or after it was answered; whether it did."""
    calls = itertools.count()

    def die(**_: Any) -> None:
        if next(calls) == point:
            raise Crash

    events = client("dynamodb").meta.events
    events.register(f"{when}.dynamodb.*", die)
    try:
        work()
    except Crash:
        return True
    finally:
        events.unregister(f"{when}.dynamodb.*", die)
    return False


def sweep(work: Callable[[], object], when: str, again: Callable[[], None]) -> int:
    """How many calls the work makes: it crashes at each, runs once more, and `again` looks at what is left."""
    for point in itertools.count():
        crashed = crash_at(point, when, work)
        work()
        again()
        if not crashed:
            return point
    raise AssertionError


@pytest.mark.parametrize("when", ["before-call", "after-call"])
def test_crash_while_creating(sessions: Sessions, when: str) -> None:
    """With a key, the request that is sent again finds the one session that there is."""
    numbers = itertools.count()
    made: dict[str, set[str]] = {}

    def work() -> None:
        key = Idempotency.of(caller="me", key=str(len(made)), request={})
        session_id = sessions.create(a_head(new_session_id(NOW_MS + next(numbers))), key)
        made.setdefault(key.key, set()).add(session_id)

    def again() -> None:
        assert all(len(found) == 1 for found in made.values())

    assert sweep(work, when, again) >= 1
    assert sessions.running_count(new_session_id(NOW_MS + 1000)) == 1 + len(made)


@pytest.mark.parametrize("when", ["before-call", "after-call"])
def test_crash_while_advancing(sessions: Sessions, when: str) -> None:
    """The log holds each entry once, and the head has moved."""
    session_id = sessions.create(a_head())

    def work() -> None:
        sessions.advance(
            session_id, ENTERED_AT, done=Stage.CLONING, next=Stage.DETECTING, message="next", entries=ENTRIES
        )

    def again() -> None:
        assert len(items(session_id)) == 1 + len(ENTRIES)
        assert sessions.head(session_id)["stage"] == "detecting"

    assert sweep(work, when, again) == 2


@pytest.mark.parametrize("when", ["before-call", "after-call"])
def test_crash_while_settling(sessions: Sessions, when: str) -> None:
    """The session ends once, with one entry."""
    made = itertools.count()
    ended: list[str] = []

    def work() -> None:
        if not ended or sessions.head(ended[-1])["status"] == "success":
            ended.append(sessions.create(a_head(new_session_id(NOW_MS + next(made)))))
        sessions.settle(ended[-1], ENTERED_AT, SessionStatus.SUCCESS, "done")

    sweep(work, when, lambda: None)

    assert all(len(items(session_id)) == 2 for session_id in ended)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=st.lists(st.sampled_from(sorted(set(SessionStatus) - {SessionStatus.PENDING})), max_size=6))
def test_statuses_in_any_order(sessions: Sessions, order: list[SessionStatus]) -> None:
    """Whatever is written when, the status only moves forward, and each write says whether it counted."""
    session_id = sessions.create(a_head())
    current = SessionStatus.PENDING

    for status in order:
        counted = sessions.settle(session_id, ENTERED_AT, status, "x")
        assert counted == (current in status.may_follow)
        current = status if counted else current

    assert sessions.head(session_id)["status"] == current
