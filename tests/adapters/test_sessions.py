"""The session table: what is written, what is read, and what may not happen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.session_table import ENTERED_AT, MACHINE, NOW_MS, a_head, advance, created, items

from deployer.errors import PageTokenInvalid, SessionCancelled, SessionNotFound
from deployer.page_token import page_token
from deployer.session import LogLevel, SessionStatus, Stage, head_timestamp, new_session_id

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions
    from deployer.session import LogEntry, ResourceRecord

RESOURCE: ResourceRecord = {"logicalId": "B", "type": "T", "physicalId": "b-1", "status": "CREATE_COMPLETE"}


def messages(sessions: Sessions, session_id: str) -> list[str]:
    return [entry["message"] for entry in sessions.logs(session_id, None, 1000)[0]]


def test_created_session(sessions: Sessions) -> None:
    """A head can be got by its id alone."""
    session_id = created(sessions)

    head = sessions.head(session_id)

    assert head["status"] == "pending"
    assert head["timestamp"] == head_timestamp(session_id) == NOW_MS * 1000


@pytest.mark.parametrize("status", [SessionStatus.SUCCESS, SessionStatus.FAILED, SessionStatus.CANCELLED])
def test_given_parameters(sessions: Sessions, status: SessionStatus) -> None:
    """They are there for as long as the session runs, and nowhere in its items afterwards."""
    session_id = sessions.create(a_head(), parameters={"Motto": "s3cr3t"})
    advance(sessions, session_id, "one")
    assert sessions.given_parameters(session_id) == {"Motto": "s3cr3t"}

    sessions.settle(session_id, ENTERED_AT, status, "done")

    assert sessions.given_parameters(session_id) == {}
    assert "s3cr3t" not in json.dumps(items(session_id))


def test_unknown_session(sessions: Sessions) -> None:
    """An id that nobody was given is an error that names it."""
    session_id = new_session_id(NOW_MS)

    with pytest.raises(SessionNotFound, match=session_id):
        sessions.head(session_id)


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


def test_stack_that_is_tested(sessions: Sessions) -> None:
    """A test session expires, whatever stack it looks at: the stack belongs to a deployment."""
    session_id = created(sessions, kind="test")

    advance(sessions, session_id, status=SessionStatus.TESTING, stackId="arn:stack", stackName="hello")
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")

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


def test_log_token_before_the_log(sessions: Sessions) -> None:
    """A token that somebody made up for a place before the first entry does not lead to the head."""
    session_id = created(sessions)

    with pytest.raises(PageTokenInvalid):
        sessions.logs(session_id, page_token("0", session_id), 10)


def test_resources(sessions: Sessions) -> None:
    """Resources come back by logical id, once, and are in no list of sessions."""
    session_id = created(sessions)
    other: ResourceRecord = {**RESOURCE, "logicalId": "A"}

    sessions.add_resources(session_id, [RESOURCE, other])
    sessions.add_resources(session_id, [other, RESOURCE])

    assert sessions.resources(session_id) == [other, RESOURCE]
    assert all("status" not in item for item in items(session_id)[1:])


def test_expiring_resources(sessions: Sessions) -> None:
    """The resources of a stack that is gone expire, and are still the same."""
    session_id = created(sessions)
    sessions.add_resources(session_id, [RESOURCE])

    sessions.expire_resources(session_id)

    assert sessions.resources(session_id) == [RESOURCE]
    assert "expiresAt" in items(session_id)[1]
