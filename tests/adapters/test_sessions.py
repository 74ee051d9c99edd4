"""The session table: what is written, what is read, and what may not happen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.session_table import ENTERED_AT, NOW_MS, TABLE, a_head, items

from deployer.aws.clients import client
from deployer.aws.sessions import Sessions
from deployer.errors import (
    IdempotencyKeyReused,
    NothingToRemove,
    PageTokenInvalid,
    SessionCancelled,
    SessionNotFound,
    SessionNotSettled,
    StackLocked,
)
from deployer.idempotency import Idempotency
from deployer.session import LogLevel, SessionKind, SessionStatus, Stage, head_timestamp, new_session_id

if TYPE_CHECKING:
    from deployer.session import Head, LogEntry, ResourceRecord

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:RemoveStack"
KEY = Idempotency.of(caller="me", key="k", request={"repository": "octo/hello"})
RESOURCE: ResourceRecord = {"logicalId": "B", "type": "T", "physicalId": "b-1", "status": "CREATE_COMPLETE"}


def created(sessions: Sessions, **attributes: Any) -> str:
    return sessions.create(a_head(**attributes), None)


def deployed(sessions: Sessions, **attributes: Any) -> str:
    session_id = created(sessions, stackName="hello", stackId="arn:stack", **attributes)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    return session_id


def advance(sessions: Sessions, session_id: str, *messages: str, **attributes: Any) -> None:
    sessions.advance(
        session_id,
        ENTERED_AT,
        done=Stage.VALIDATING,
        next=Stage.CLONING,
        message="cloning",
        entries=[(LogLevel.INFO, message) for message in messages],
        **attributes,
    )


def messages(sessions: Sessions, session_id: str) -> list[str]:
    return [entry["message"] for entry in sessions.logs(session_id, None, 1000)[0]]


def test_created_session(sessions: Sessions) -> None:
    """A head can be got by its id alone."""
    session_id = created(sessions)

    head = sessions.head(session_id)

    assert head["status"] == "pending"
    assert head["timestamp"] == head_timestamp(session_id) == NOW_MS * 1000


def test_unknown_session(sessions: Sessions) -> None:
    """An id that nobody was given is an error that names it."""
    session_id = new_session_id(NOW_MS)

    with pytest.raises(SessionNotFound, match=session_id):
        sessions.head(session_id)


def test_same_key_and_request(sessions: Sessions) -> None:
    """A repeated request gets the first one's session, and makes none."""
    first = sessions.create(a_head(), KEY)
    other = a_head()

    second = sessions.create(other, KEY)

    assert second == first
    assert items(other["sessionId"]) == []


def test_same_key_other_request(sessions: Sessions) -> None:
    """A key stands for one request."""
    sessions.create(a_head(), KEY)
    other = Idempotency.of(caller="me", key="k", request={"repository": "octo/other"})

    with pytest.raises(IdempotencyKeyReused):
        sessions.create(a_head(), other)


def test_same_key_of_another_caller(sessions: Sessions) -> None:
    """Callers do not share keys."""
    first = sessions.create(a_head(), KEY)
    other = Idempotency.of(caller="you", key="k", request={"repository": "octo/hello"})

    assert sessions.create(a_head(), other) != first


def test_expired_key(sessions: Sessions, aws: None) -> None:
    """A key is free after a week, even if DynamoDB has not removed it yet."""
    first = sessions.create(a_head(), KEY)
    later = type(sessions)("sessions", 90, lambda: NOW_MS + 8 * 86_400_000)

    assert later.create(a_head(), KEY) != first


def test_advance(sessions: Sessions) -> None:
    """One call writes the entries, the next stage, the message and what was found."""
    session_id = created(sessions)

    advance(sessions, session_id, "one", "two", commit="abc", branch=None)

    head = sessions.head(session_id)
    assert (head["status"], head["stage"], head["message"]) == ("deploying", "cloning", "cloning")
    assert head["commit"] == "abc"
    assert "branch" not in head
    assert messages(sessions, session_id) == ["one", "two"]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 250])
def test_advance_twice(sessions: Sessions, count: int) -> None:
    """A retry overwrites its entries, however many transactions they take."""
    session_id = created(sessions)
    texts = [f"entry {number}" for number in range(count)]

    advance(sessions, session_id, *texts)
    advance(sessions, session_id, *texts)

    assert messages(sessions, session_id) == texts


def test_clock_behind(sessions: Sessions) -> None:
    """No entry sorts before the head, even when Step Functions' clock is behind ours."""
    session_id = created(sessions)

    for stage in (Stage.VALIDATING, Stage.DETECTING):
        sessions.log(session_id, "2001-01-01T00:00:00Z", stage, [(LogLevel.INFO, stage.value)])

    assert messages(sessions, session_id) == ["validating", "detecting"]
    assert items(session_id)[0]["timestamp"] == {"N": str(NOW_MS * 1000)}


def test_advance_after_end(sessions: Sessions) -> None:
    """A session that settled meanwhile stays as it is, and the state is told."""
    session_id = created(sessions)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.CANCELLED, "stopped")

    with pytest.raises(SessionCancelled):
        advance(sessions, session_id, "late")

    assert sessions.head(session_id)["status"] == "cancelled"
    assert messages(sessions, session_id) == ["stopped"]


def test_hostile_message(sessions: Sessions) -> None:
    """What terminals obey, and secrets, do not reach the log; what is long is cut."""
    session_id = created(sessions)

    advance(sessions, session_id, "\x1b[2Jred\x1b[0m\x00", "https://u:secret@host/", "é" * 5000)

    plain, address, long = messages(sessions, session_id)
    assert plain == "red�"
    assert "secret" not in address
    assert len(long.encode()) <= 4096


def test_settle_twice(sessions: Sessions) -> None:
    """The first end counts."""
    session_id = created(sessions)

    first = sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    second = sessions.settle(session_id, ENTERED_AT, SessionStatus.FAILED, "late")

    assert (first, second) == (True, False)
    assert sessions.head(session_id)["status"] == "success"
    assert messages(sessions, session_id) == ["done"]


def test_settled_failure(sessions: Sessions) -> None:
    """A failed session keeps its error, and how long it took."""
    session_id = created(sessions)

    sessions.settle(
        session_id, ENTERED_AT, SessionStatus.FAILED, "no", {"code": "BuildFailed", "message": "no\x07"}
    )

    head = sessions.head(session_id)
    assert head["error"] == {"code": "BuildFailed", "message": "no�"}
    assert head["durationMs"] == 1000
    assert sessions.logs(session_id, None, 10)[0][0]["level"] == "error"


def test_living_stack(sessions: Sessions) -> None:
    """A head expires unless its stack lives, and again when the stack is gone."""
    session_id = created(sessions)
    before = sessions.head(session_id)

    advance(sessions, session_id, stackId="arn:stack", stackName="hello")
    living = sessions.head(session_id)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    sessions.start_removal(session_id, MACHINE)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.DELETED, "gone")

    assert "expiresAt" in before
    assert "expiresAt" not in living
    assert "expiresAt" in sessions.head(session_id)


def test_log_pages(sessions: Sessions) -> None:
    """Pages follow each other without a gap, and the last token finds what comes later."""
    session_id = created(sessions)
    advance(sessions, session_id, "one", "two", "three")

    first, token = sessions.logs(session_id, None, 2)
    second, token = sessions.logs(session_id, token, 2)
    none, same = sessions.logs(session_id, token, 2)
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    later, _ = sessions.logs(session_id, same, 2)

    assert [entry["message"] for entry in first + second + none + later] == ["one", "two", "three", "done"]


def test_long_log(sessions: Sessions) -> None:
    """A page of long entries ends early enough for Lambda's 6 MB, and the next goes on."""
    session_id = created(sessions)
    advance(sessions, session_id, *(['"' * 4000] * 400))

    pages: list[list[LogEntry]] = []
    token = None
    while not pages or pages[-1]:
        entries, token = sessions.logs(session_id, token, 1000)
        pages.append(entries)

    assert sum(map(len, pages)) == 400
    assert all(len(json.dumps(json.dumps(page))) < 4_000_000 for page in pages)


@pytest.mark.parametrize("token", ["x", "é", "AAAA", "bm9uZQ", "=" * 9])
def test_bad_log_token(sessions: Sessions, token: str) -> None:
    """A token that this log did not give is refused."""
    with pytest.raises(PageTokenInvalid):
        sessions.logs(created(sessions), token, 10)


def test_log_token_of_another_session(sessions: Sessions) -> None:
    """A token fits one session."""
    session_id = created(sessions)
    advance(sessions, session_id, "one")
    _, token = sessions.logs(session_id, None, 10)

    with pytest.raises(PageTokenInvalid):
        sessions.logs(created(sessions), token, 10)


def test_resources(sessions: Sessions) -> None:
    """Resources come back by logical id, once, and are in no list of sessions."""
    session_id = created(sessions)
    other: ResourceRecord = {**RESOURCE, "logicalId": "A"}

    sessions.add_resources(session_id, ENTERED_AT, [RESOURCE, other])
    sessions.add_resources(session_id, ENTERED_AT, [other, RESOURCE])

    assert sessions.resources(session_id) == [other, RESOURCE]
    assert all("status" not in item for item in items(session_id)[1:])


def test_expiring_resources(sessions: Sessions) -> None:
    """The resources of a stack that is gone expire, and are still the same."""
    session_id = created(sessions)
    sessions.add_resources(session_id, ENTERED_AT, [RESOURCE])

    sessions.expire_resources(session_id)

    assert sessions.resources(session_id) == [RESOURCE]
    assert "expiresAt" in items(session_id)[1]


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


def many(sessions: Sessions, count: int, **attributes: Any) -> list[str]:
    """Sessions, each a millisecond after the one before; newest first."""
    ids = [new_session_id(NOW_MS + number) for number in range(count)]
    for session_id in ids:
        sessions.create(a_head(session_id, **attributes), None)
    return ids[::-1]


def ids(heads: list[Head]) -> list[str]:
    return [head["sessionId"] for head in heads]


@pytest.mark.parametrize("limit", [1, 3, 6, 7, 8])
def test_pages(sessions: Sessions, limit: int) -> None:
    """Pages hold every session once, newest first, and the last has no token."""
    expected, found, token = many(sessions, 7), [], None

    while True:
        heads, token = sessions.list(SessionKind.DEPLOYMENT, limit=limit, token=token)
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

    sessions.list(SessionKind.DEPLOYMENT, limit=3)

    assert [query["Limit"] for query in asked] == [4]


def test_filters(sessions: Sessions) -> None:
    """Status and repository narrow a list, alone and together."""
    mine, other = many(sessions, 3), many(sessions, 2, repository="octo/other")
    sessions.settle(mine[1], ENTERED_AT, SessionStatus.FAILED, "no")
    sessions.settle(other[1], ENTERED_AT, SessionStatus.FAILED, "no")

    failed, _ = sessions.list(SessionKind.DEPLOYMENT, status=SessionStatus.FAILED, limit=9)
    others, _ = sessions.list(SessionKind.DEPLOYMENT, repository="octo/other", limit=9)
    both, token = sessions.list(
        SessionKind.DEPLOYMENT, status=SessionStatus.FAILED, repository="octo/hello", limit=1
    )

    assert set(ids(failed)) == {mine[1], other[1]}
    assert ids(others) == other
    assert (ids(both), token) == ([mine[1]], None)


def test_token_with_other_filters(sessions: Sessions) -> None:
    """A token continues the list that gave it, and no other."""
    many(sessions, 2)
    _, token = sessions.list(SessionKind.DEPLOYMENT, limit=1)

    with pytest.raises(PageTokenInvalid):
        sessions.list(SessionKind.DEPLOYMENT, status=SessionStatus.PENDING, limit=1, token=token)


def test_page_goes_on_after_change(sessions: Sessions) -> None:
    """A list by status goes on behind a session that has left that status meanwhile."""
    newest, middle, oldest = many(sessions, 3)
    heads, token = sessions.list(SessionKind.DEPLOYMENT, status=SessionStatus.PENDING, limit=2)
    sessions.settle(middle, ENTERED_AT, SessionStatus.FAILED, "no")

    rest, _ = sessions.list(SessionKind.DEPLOYMENT, status=SessionStatus.PENDING, limit=2, token=token)

    assert (ids(heads), ids(rest)) == ([newest, middle], [oldest])


def test_counts(sessions: Sessions) -> None:
    """A session counts itself and those before it; what came later does not keep it out."""
    oldest_first = many(sessions, 5)[::-1]
    sessions.settle(oldest_first[1], ENTERED_AT, SessionStatus.FAILED, "no")

    assert sessions.running_count(oldest_first[3]) == 3
    assert sessions.count_since(NOW_MS + 1, oldest_first[3]) == 3


def test_unsettled(sessions: Sessions) -> None:
    """Sessions that came before a moment and have not settled are found, whatever they do."""
    oldest_first = many(sessions, 4)[::-1]
    sessions.settle(oldest_first[0], ENTERED_AT, SessionStatus.FAILED, "no")
    advance(sessions, oldest_first[1])

    found = ids(list(sessions.unsettled_before(NOW_MS + 3)))

    assert set(found) == set(oldest_first[1:3])
