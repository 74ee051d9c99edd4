"""What a session holds beside its head: log entries, resources, planned changes. Each is an item of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from deployer.aws.session_items import (
    CHANGES_FROM,
    CHANGES_UNTIL,
    RESOURCES_FROM,
    log_entry,
    record_items,
    record_of,
)
from deployer.aws.table import MAX_WRITES
from deployer.errors import PageTokenInvalid
from deployer.page_token import page_token, position_of
from deployer.session import ChangeRecord, LogEntry, ResourceRecord, head_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from deployer.aws.table import Item, Table, Write

# A Lambda function answers 6 MB at most, and its answer holds ours as a string in JSON, escaped once more.
_MAX_PAGE_BYTES: Final = 2_500_000


class SessionDetails:
    def __init__(self, table: Table) -> None:
        self._table = table

    def logs(self, session_id: str, after: str | None, limit: int) -> tuple[list[LogEntry], str | None]:
        """At most `limit` entries, oldest first, behind the token `after`, and the token that continues.

        The token is there as long as it may have a use: None only before the first entry.
        Raises PageTokenInvalid.
        """
        start = _log_position(after, session_id) if after else head_timestamp(session_id)
        items = _page(self._between(session_id, start + 1, RESOURCES_FROM), limit)
        token = page_token(str(items[-1]["timestamp"]), session_id) if items else after
        return [log_entry(item) for item in items], token

    def add_resources(self, session_id: str, resources: Sequence[ResourceRecord]) -> None:
        records = [_renamed(resource, "status", "resourceStatus") for resource in resources]
        self._put(record_items(session_id, "resource", RESOURCES_FROM, records))

    def resources(self, session_id: str) -> list[ResourceRecord]:
        items = self._between(session_id, RESOURCES_FROM, CHANGES_FROM)
        return [cast("ResourceRecord", _renamed(record_of(item), "resourceStatus", "status")) for item in items]

    def expire_resources(self, session_id: str, expires_at: int) -> None:
        items = list(self._between(session_id, RESOURCES_FROM, CHANGES_FROM))
        self._put([item | {"expiresAt": expires_at} for item in items])

    def add_changes(self, session_id: str, changes: Sequence[ChangeRecord]) -> None:
        self._put(record_items(session_id, "change", CHANGES_FROM, changes))

    def changes(self, session_id: str) -> list[ChangeRecord]:
        items = self._between(session_id, CHANGES_FROM, CHANGES_UNTIL)
        return [cast("ChangeRecord", record_of(item)) for item in items]

    def write_all(self, writes: Sequence[Write]) -> None:
        """In batches, in order: for writes that may be repeated."""
        for start in range(0, len(writes), MAX_WRITES):
            self._table.write(*writes[start : start + MAX_WRITES])

    def _put(self, items: Iterable[Item]) -> None:
        self.write_all([self._table.put(item) for item in items])

    def _between(self, session_id: str, first: int, end: int) -> Iterator[Item]:
        return self._table.query(
            "#sessionId = :sessionId AND #timestamp BETWEEN :first AND :last",
            {"sessionId": session_id, "first": first, "last": end - 1},
        )


def _renamed(record: Mapping[str, Any], name: str, other: str) -> dict[str, Any]:
    """With that name changed: `status` alone would put a resource into the index of sessions."""
    return {other if key == name else key: value for key, value in record.items()}


def _page(items: Iterator[Item], limit: int) -> list[Item]:
    """The first `limit` items, fewer when they are long."""
    page: list[Item] = []
    size_bytes = 0
    for item in items:
        size_bytes += _answer_bytes(item["message"])
        if page and size_bytes > _MAX_PAGE_BYTES:
            break
        page.append(item)
        if len(page) == limit:
            break
    return page


def _answer_bytes(value: Any) -> int:
    return len(json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False).encode())


def _log_position(token: str, session_id: str) -> int:
    position = position_of(token, session_id)
    if not position.isdecimal() or len(position) > 16:
        raise PageTokenInvalid("the page token names no log entry")
    return int(position)
