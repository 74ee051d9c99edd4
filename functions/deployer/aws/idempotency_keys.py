"""Idempotency keys in the session table: which session a key stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.aws.session_items import idempotency_key
from deployer.errors import IdempotencyKeyReused, InternalError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.aws.table import Table, Write
    from deployer.idempotency import Idempotency

_KEPT_SECONDS: Final = 7 * 86_400


def first_use(table: Table, idempotency: Idempotency, session_id: str, now_seconds: int) -> Write:
    """The write that gives the key to the session, unless it stands for one already."""
    item = idempotency_key(idempotency) | {"holder": session_id, "request": idempotency.request}
    return table.put(
        item | {"expiresAt": now_seconds + _KEPT_SECONDS},
        # DynamoDB removes an expired item within days, not at once.
        "attribute_not_exists(#sessionId) OR #expiresAt < :now",
        {"now": now_seconds},
    )


def earlier_session(table: Table, idempotencies: Iterable[Idempotency]) -> str:
    """The id of the session that the keys stand for; the first that is known decides.

    Raises IdempotencyKeyReused when it came with another request.
    """
    for idempotency in idempotencies:
        if earlier := table.get(idempotency_key(idempotency)):
            if earlier["request"] != idempotency.request:
                raise IdempotencyKeyReused("this key came with another request before")
            return str(earlier["holder"])
    raise InternalError("the session exists, but its Idempotency-Key does not")
