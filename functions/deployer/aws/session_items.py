"""The session table's items: their keys, and what each holds. Nothing here touches AWS.

| item          | timestamp                                         | attributes                           |
|---------------|---------------------------------------------------|--------------------------------------|
| head          | the milliseconds in the session's id * 1000       | status, kind, repository, stage, ... |
| log entry     | when its state was entered, plus its place        | item=log, level, stage, message      |
| resource      | RESOURCES_FROM plus its place                     | item=resource, logicalId, ...        |
| change        | CHANGES_FROM plus its place                       | item=change, logicalId, ...          |
| test result   | RESULTS_FROM plus the test's number               | item=result, name, testStatus, ...   |
| idempotency#… | 0                                                 | holder, request                      |
| lock#…        | 0                                                 | holder                               |

Keys come from what is the same at every retry, so that a retry overwrites and never doubles.
Resources, changes and results have no time as their key: each kind has a range behind all entries, and is one
range query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.instants import iso8601, microseconds
from deployer.log_text import clean
from deployer.session import LogEntry, LogLevel, Stage, head_timestamp

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deployer.idempotency import Idempotency

RESOURCES_FROM: Final = 10**17
CHANGES_FROM: Final = 2 * 10**17
CHANGES_UNTIL: Final = 3 * 10**17
RESULTS_FROM: Final = CHANGES_UNTIL
RESULTS_UNTIL: Final = 4 * 10**17
_OF_THE_TABLE: Final = frozenset({"sessionId", "timestamp", "item", "expiresAt"})
_STAGES: Final = list(Stage)
_STAGE_WIDTH: Final = 1000

Item = dict[str, Any]


def head_key(session_id: str) -> Item:
    return {"sessionId": session_id, "timestamp": head_timestamp(session_id)}


def idempotency_key(idempotency: Idempotency) -> Item:
    return {"sessionId": f"idempotency#{idempotency.key}", "timestamp": 0}


def lock_key(stack_name: str) -> Item:
    return {"sessionId": f"lock#{stack_name}", "timestamp": 0}


def log_items(
    session_id: str, entered_at: str, stage: Stage, entries: Sequence[tuple[LogLevel, str]], expires_at: int
) -> list[Item]:
    """One item for each entry, in their order."""
    first = _first_entry_timestamp(session_id, entered_at, stage)
    return [
        {
            "sessionId": session_id,
            "timestamp": first + place,
            "item": "log",
            "level": level.value,
            "stage": stage.value,
            "message": clean(message),
            "expiresAt": expires_at,
        }
        for place, (level, message) in enumerate(entries)
    ]


def record_items(session_id: str, item: str, first: int, records: Sequence[Mapping[str, Any]]) -> list[Item]:
    """One item for each resource or change, by logical id, so that AWS's order does not matter."""
    ordered = sorted(records, key=lambda record: str(record["logicalId"]))
    return [
        {"sessionId": session_id, "timestamp": first + place, "item": item, **record}
        for place, record in enumerate(ordered)
    ]


def record_of(item: Item) -> dict[str, Any]:
    """What `record_items` was given."""
    return {name: value for name, value in item.items() if name not in _OF_THE_TABLE}


def log_entry(item: Item) -> LogEntry:
    return {
        "timestamp": iso8601(item["timestamp"] // 1000),
        "level": item["level"],
        "stage": item["stage"],
        "message": item["message"],
    }


def _first_entry_timestamp(session_id: str, entered_at: str, stage: Stage) -> int:
    """Microseconds. Entries follow the head, even where Step Functions' clock is behind ours.

    Each stage has its own millisecond, so that two that were entered at the same moment do not meet; beyond that,
    writing n entries takes more than n microseconds.
    """
    entered = max(microseconds(entered_at), head_timestamp(session_id) + 1)
    return entered + _STAGES.index(stage) * _STAGE_WIDTH
