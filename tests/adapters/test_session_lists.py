"""Lists of sessions, page by page, and how many there are: one query each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.session_table import CALLER, ENTERED_AT, NOW_MS, a_head, advance

from deployer.aws.clients import client
from deployer.errors import PageTokenInvalid
from deployer.session import SessionKind, SessionStatus, new_session_id

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions
    from deployer.session import Head


def many(sessions: Sessions, count: int, **attributes: Any) -> list[str]:
    """Sessions, each a millisecond after the one before; newest first."""
    ids = [new_session_id(NOW_MS + number) for number in range(count)]
    for session_id in ids:
        sessions.create(a_head(session_id, **attributes))
    return ids[::-1]


def ids(heads: list[Head]) -> list[str]:
    return [head["sessionId"] for head in heads]


@pytest.mark.parametrize("limit", [1, 3, 6, 7, 8])
def test_pages(sessions: Sessions, limit: int) -> None:
    """Pages hold every session once, newest first, and the last has no token."""
    expected, found, token = many(sessions, 7), [], None

    while True:
        heads, token = sessions.list(SessionKind.DEPLOYMENT, CALLER, limit=limit, token=token)
        found += ids(heads)
        if token is None:
            break

    assert found == expected


def test_page_is_one_query(sessions: Sessions) -> None:
    """However many sessions there are, a page asks once, for one head more than it shows."""
    many(sessions, 7)
    asked: list[dict[str, Any]] = []
    client("dynamodb").meta.events.register(
        "provide-client-params.dynamodb.Query", lambda params, **_: asked.append(params)
    )

    sessions.list(SessionKind.DEPLOYMENT, CALLER, limit=3)

    assert [query["Limit"] for query in asked] == [4]


def test_callers(sessions: Sessions) -> None:
    """A list has its caller's sessions alone, whatever its filters; a token continues no other caller's list."""
    mine = many(sessions, 2)
    theirs = [sessions.create(a_head(new_session_id(NOW_MS + 9), caller="caller-2"))]

    for filters in ({}, {"status": SessionStatus.PENDING}, {"repository": "octo/hello"}):
        asked: dict[str, Any] = {"limit": 9, **filters}
        assert ids(sessions.list(SessionKind.DEPLOYMENT, CALLER, **asked)[0]) == mine
        assert ids(sessions.list(SessionKind.DEPLOYMENT, "caller-2", **asked)[0]) == theirs
    _, token = sessions.list(SessionKind.DEPLOYMENT, CALLER, limit=1)
    with pytest.raises(PageTokenInvalid):
        sessions.list(SessionKind.DEPLOYMENT, "caller-2", limit=1, token=token)


def test_filters(sessions: Sessions) -> None:
    """Status and repository narrow a list, alone and together."""
    mine, other = many(sessions, 3), many(sessions, 2, repository="octo/other")
    sessions.settle(mine[1], ENTERED_AT, SessionStatus.FAILED, "no")
    sessions.settle(other[1], ENTERED_AT, SessionStatus.FAILED, "no")

    failed, _ = sessions.list(SessionKind.DEPLOYMENT, CALLER, status=SessionStatus.FAILED, limit=9)
    others, _ = sessions.list(SessionKind.DEPLOYMENT, CALLER, repository="octo/other", limit=9)
    both, token = sessions.list(
        SessionKind.DEPLOYMENT, CALLER, status=SessionStatus.FAILED, repository="octo/hello", limit=1
    )

    assert set(ids(failed)) == {mine[1], other[1]}
    assert ids(others) == other
    assert (ids(both), token) == ([mine[1]], None)


def test_token_with_other_filters(sessions: Sessions) -> None:
    """A token continues the list that gave it, and no other."""
    many(sessions, 2)
    _, token = sessions.list(SessionKind.DEPLOYMENT, CALLER, limit=1)

    with pytest.raises(PageTokenInvalid):
        sessions.list(SessionKind.DEPLOYMENT, CALLER, status=SessionStatus.PENDING, limit=1, token=token)


def test_page_goes_on_after_change(sessions: Sessions) -> None:
    """A list by status goes on behind a session that has left that status meanwhile."""
    newest, middle, oldest = many(sessions, 3)
    heads, token = sessions.list(SessionKind.DEPLOYMENT, CALLER, status=SessionStatus.PENDING, limit=2)
    sessions.settle(middle, ENTERED_AT, SessionStatus.FAILED, "no")

    rest, _ = sessions.list(SessionKind.DEPLOYMENT, CALLER, status=SessionStatus.PENDING, limit=2, token=token)

    assert (ids(heads), ids(rest)) == ([newest, middle], [oldest])


def test_counts(sessions: Sessions) -> None:
    """A session counts itself and those before it; what came later does not keep it out."""
    oldest_first = many(sessions, 5)[::-1]
    sessions.settle(oldest_first[1], ENTERED_AT, SessionStatus.FAILED, "no")

    assert sessions.running_count(oldest_first[3]) == 3
    assert sessions.count_since(NOW_MS + 1, oldest_first[3]) == 3


def test_step_while_counting(sessions: Sessions) -> None:
    """A session that goes from one status to the next while the running ones are counted is one of them."""
    first, second = many(sessions, 2)[::-1]
    step = iter([lambda: advance(sessions, first)])
    client("dynamodb").meta.events.register("after-call.dynamodb.Query", lambda **_: next(step, lambda: None)())

    count = sessions.running_count(second)

    assert count == 2
    assert sessions.head(first)["status"] == SessionStatus.DEPLOYING


def test_unsettled(sessions: Sessions) -> None:
    """Sessions that came before a moment and have not settled are found, whatever they do."""
    oldest_first = many(sessions, 4)[::-1]
    sessions.settle(oldest_first[0], ENTERED_AT, SessionStatus.FAILED, "no")
    advance(sessions, oldest_first[1])

    found = ids(list(sessions.unsettled_before(NOW_MS + 3)))

    assert set(found) == set(oldest_first[1:3])
