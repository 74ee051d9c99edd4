"""What a session is called, and which status may follow which."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.session import SessionStatus, has_deployed, head_timestamp, is_session_id, new_session_id

MILLISECONDS = st.integers(min_value=0, max_value=2**48 - 1)


@given(MILLISECONDS)
def test_the_head_is_found_by_the_id_alone(now_ms: int) -> None:
    """The time that an id was made at can be read from it."""
    session_id = new_session_id(now_ms)

    assert is_session_id(session_id)
    assert head_timestamp(session_id) == now_ms * 1000


@given(MILLISECONDS, MILLISECONDS)
def test_ids_sort_as_their_times_do(one: int, other: int) -> None:
    """A later session has the greater id."""
    if one < other:
        assert new_session_id(one) < new_session_id(other)


def test_what_is_no_session_id() -> None:
    """Only a UUIDv7 in lower case is one."""
    assert not is_session_id("018bcfe5-687b-4858-a57c-5ef8d4651120")
    assert not is_session_id("018BCFE5-687B-7858-A57C-5EF8D4651120")
    assert not is_session_id(new_session_id(1) + "\n")
    assert not is_session_id("idempotency#1")


def test_a_settled_session_only_leads_to_its_removal() -> None:
    """No status but `deleting`, and what ends it, may follow a settled one."""
    for status in SessionStatus:
        settled_before = {before for before in status.may_follow if before.is_settled}

        assert not settled_before or status is SessionStatus.DELETING


def test_nothing_follows_a_deleted_session() -> None:
    """`deleted` is the last word."""
    assert all(SessionStatus.DELETED not in status.may_follow for status in SessionStatus)


@pytest.mark.parametrize(
    ("has", "head"),
    [
        (True, {"status": "success"}),
        (True, {"status": "failed", "testSessionId": "t"}),
        (True, {"status": "testing", "testSessionId": "t"}),
        (False, {"status": "failed"}),
        (False, {"status": "deploying"}),
        (False, {"status": "cancelled"}),
        (False, {"status": "deleting", "testSessionId": "t"}),
        (False, {"status": "deleted", "testSessionId": "t"}),
        (False, {"status": "success", "request": {"mode": "plan"}}),
        (False, {"status": "success", "kind": "test", "request": {}}),
    ],
)
def test_what_has_deployed(has: bool, head: dict[str, object]) -> None:
    """A deployment that went well, or came as far as its tests; its stack's id alone says nothing."""
    deployment = {"kind": "deployment", "request": {"mode": "deploy"}, "stackId": "arn"}

    assert has_deployed({**deployment, **head}) is has
