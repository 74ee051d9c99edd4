"""The same request twice is one session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.session_table import NOW_MS, a_head, items

from deployer.errors import IdempotencyKeyReused
from deployer.idempotency import Idempotency

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions

KEY = Idempotency.of(caller="me", key="k", request={"repository": "octo/hello"})


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
