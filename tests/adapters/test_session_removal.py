"""Removing a session's stack, and the lock that lets one session at a time change it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.session_table import ENTERED_AT, MACHINE, NOW_MS, TABLE, advance, created, deployed

from deployer.aws.clients import client
from deployer.aws.sessions import Sessions
from deployer.errors import NothingToRemove, SessionNotSettled, StackLocked
from deployer.session import SessionStatus


def test_removal(sessions: Sessions) -> None:
    """A removal has an execution of its own, and asking twice is asking once."""
    session_id = deployed(sessions)

    first = sessions.start_removal(session_id, MACHINE)
    second = sessions.start_removal(session_id, MACHINE)

    assert first["status"] == "deleting"
    assert first["executionArn"].endswith(f":execution:RemoveStack:{session_id}-removal-1")
    assert second == first


def test_removal_after_failed_removal(sessions: Sessions) -> None:
    """The second removal has another name than the first, and no error from it."""
    session_id = deployed(sessions)
    sessions.start_removal(session_id, MACHINE)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.FAILED, "no", {"code": "StackFailed", "message": "no"})

    head = sessions.start_removal(session_id, MACHINE)

    assert head["executionArn"].endswith("-removal-2")
    assert "error" not in head


def test_advance_of_removal(sessions: Sessions) -> None:
    """A removal that goes on stays a removal."""
    session_id = deployed(sessions)
    sessions.start_removal(session_id, MACHINE)

    advance(sessions, session_id, "going")

    assert sessions.head(session_id)["status"] == "deleting"


def test_removal_of_running_session(sessions: Sessions) -> None:
    """What still runs is not removed."""
    with pytest.raises(SessionNotSettled):
        sessions.start_removal(created(sessions), MACHINE)


@pytest.mark.parametrize("attributes", [{}, {"stackId": "arn:stack", "request": {"mode": "plan"}}])
def test_nothing_to_remove(sessions: Sessions, attributes: dict[str, Any]) -> None:
    """A session without a stack, and a plan, which made none, have nothing to remove."""
    session_id = created(sessions, **attributes)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")

    with pytest.raises(NothingToRemove):
        sessions.start_removal(session_id, MACHINE)


def test_removal_while_stack_is_changed(sessions: Sessions) -> None:
    """A stack that another session is changing is not removed under it."""
    old, new = deployed(sessions), created(sessions)
    sessions.take_lock("hello", new)

    with pytest.raises(StackLocked, match=new):
        sessions.start_removal(old, MACHINE)

    assert sessions.head(old)["status"] == "success"


def test_lock(sessions: Sessions) -> None:
    """A running session keeps its lock, may take it again, and loses it when it has settled."""
    one, two = created(sessions), created(sessions)
    sessions.take_lock("hello", one)
    sessions.take_lock("hello", one)

    with pytest.raises(StackLocked, match=one):
        sessions.take_lock("hello", two)
    sessions.settle(one, ENTERED_AT, SessionStatus.FAILED, "no")
    sessions.take_lock("hello", two)

    with pytest.raises(StackLocked, match=two):
        sessions.take_lock("hello", one)


def test_lock_that_is_taken_twice_at_once(sessions: Sessions, aws: None) -> None:
    """Between a look at a settled holder and the taking of its lock, that holder begins to remove the stack."""
    one, two = deployed(sessions), created(sessions)
    Sessions(TABLE, 90, lambda: NOW_MS).take_lock("hello", one)
    removals = iter([lambda: sessions.start_removal(one, MACHINE)])
    events = client("dynamodb").meta.events
    events.register_first(
        "provide-client-params.dynamodb.TransactWriteItems", lambda **_: next(removals, lambda: None)() and None
    )

    with pytest.raises(StackLocked):
        sessions.take_lock("hello", two)

    assert sessions.head(one)["status"] == "deleting"
