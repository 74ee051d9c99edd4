"""What a session holds beside its head: log entries, resources, planned changes, test results; an item each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from deployer.aws.session_items import (
    CHANGES_FROM,
    CHANGES_UNTIL,
    RESOURCES_FROM,
    RESULTS_FROM,
    RESULTS_UNTIL,
    log_entry,
    record_items,
    record_of,
)
from deployer.aws.table import MAX_WRITES
from deployer.errors import PageTokenInvalid
from deployer.page_token import page_token, position_of
from deployer.session import ChangeRecord, LogEntry, ResourceRecord, head_timestamp

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from deployer.aws.table import Item, Table, Write
    from deployer.sanity.sanity_test import SanityTestResult

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
        entries = self._between(session_id, start + 1, RESOURCES_FROM)
        items = _page(entries, limit, lambda item: item["message"])
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

    def add_result(self, session_id: str, number: int, result: SanityTestResult, expires_at: int) -> None:
        """The result of the test of that number; given again, it replaces the earlier one."""
        item = {"sessionId": session_id, "timestamp": RESULTS_FROM + number, "item": "result"}
        evidence = json.dumps(result["evidence"])  # it may hold what is no attribute value, such as a fraction
        shown = _renamed(result, "status", "testStatus") | {"evidence": evidence}
        self._put([item | shown | {"expiresAt": expires_at}])

    def results(self, session_id: str, after: str | None, limit: int) -> tuple[list[SanityTestResult], str | None]:
        """At most `limit` results behind the token `after`, in the tests' order, and the next page's token.

        The token is None when there are no more as yet. Raises PageTokenInvalid.
        """
        start = RESULTS_FROM + _result_position(after, session_id) + 1 if after else RESULTS_FROM
        every = self._between(session_id, start, RESULTS_UNTIL)
        items = _page(every, limit, record_of)
        more = next(every, None) is not None
        token = page_token(str(items[-1]["timestamp"] - RESULTS_FROM), session_id) if items and more else None
        return [_result(item) for item in items], token

    def numbered_results(self, session_id: str) -> dict[int, SanityTestResult]:
        """Every result by its test's number."""
        items = self._between(session_id, RESULTS_FROM, RESULTS_UNTIL)
        return {item["timestamp"] - RESULTS_FROM: _result(item) for item in items}

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


def _result(item: Item) -> SanityTestResult:
    result = _renamed(record_of(item), "testStatus", "status")
    return cast("SanityTestResult", result | {"evidence": json.loads(item["evidence"])})


def _page(items: Iterator[Item], limit: int, shown: Callable[[Item], Any]) -> list[Item]:
    """The first `limit` items, fewer when what is shown of them is long."""
    page: list[Item] = []
    size_bytes = 0
    for item in items:
        page.append(item)
        size_bytes += _answer_bytes(shown(item))
        if size_bytes > _MAX_PAGE_BYTES or len(page) == limit:
            break
    return page


def _answer_bytes(value: Any) -> int:
    return len(json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=False).encode())


def _result_position(token: str, session_id: str) -> int:
    position = position_of(token, session_id)
    if not position.isdecimal() or len(position) > 6:
        raise PageTokenInvalid("the page token names no test result")
    return int(position)


def _log_position(token: str, session_id: str) -> int:
    position = position_of(token, session_id)
    if not position.isdecimal() or len(position) > 16 or int(position) < head_timestamp(session_id):
        raise PageTokenInvalid("the page token names no log entry")
    return int(position)
