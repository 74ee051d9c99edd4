"""A page of an index costs what it holds, as in DynamoDB; the emulator sorts the whole partition for each page."""

from __future__ import annotations

import heapq
import re
from contextvars import ContextVar
from decimal import Decimal
from typing import Any, Final

from ministack.services import dynamodb

_query = dynamodb._query
_index_members = dynamodb._index_members
_asked: ContextVar[dict[str, Any] | None] = ContextVar("asked", default=None)
_PARTITION: Final = re.compile(r"[\w#]+ = :\w+")
"""A condition on the partition key alone."""


def query(request: dict[str, Any]) -> Any:
    asked = _asked.set(request)
    try:
        return _query(request)
    finally:
        _asked.reset(asked)


def index_members(table: dict[str, Any]) -> Any:
    """What is in each index; for a page of a partition, of each partition the items that the page may hold."""
    members, asked = _index_members(table), _asked.get()
    if asked is None or not _is_page(asked, table):
        return members
    return {name: _Pages(partitions, asked, table) for name, partitions in members.items()}


def _is_page(asked: dict[str, Any], table: dict[str, Any]) -> bool:
    """It asks for one, and the index has the order of the table: by the same number."""
    ranges = [keys for name, _, keys in dynamodb._index_key_schemas(table) if name == asked.get("IndexName")]
    is_ordered = ranges == [[table["sk_name"]]] and dynamodb._get_attr_type(table, table["sk_name"]) == "N"
    condition = asked.get("KeyConditionExpression", "")
    return is_ordered and "Limit" in asked and bool(_PARTITION.fullmatch(condition))


class _Pages:
    """An index's partitions, each cut to one page."""

    def __init__(self, partitions: dict[Any, Any], asked: dict[str, Any], table: dict[str, Any]) -> None:
        self._partitions = partitions
        self._asked = asked
        self._keys = table["pk_name"], table["sk_name"]

    def get(self, partition: str, default: Any = ()) -> Any:
        """The (partition key, sort key) pairs of the page's items, and of the one behind them."""
        pairs = self._partitions.get(partition, default)
        newest_first = not self._asked.get("ScanIndexForward", True)
        start = self._asked.get("ExclusiveStartKey")
        if start:
            last = _place([dynamodb._extract_key_val(start[key]) for key in self._keys])
            pairs = [pair for pair in pairs if (_place(pair) < last if newest_first else _place(pair) > last)]
        wanted = int(self._asked["Limit"]) + 1
        if newest_first:  # mostly written in their order: the last ones first leave little to be replaced
            return heapq.nlargest(wanted, reversed(list(pairs)), key=_place)
        return heapq.nsmallest(wanted, pairs, key=_place)


def _place(pair: Any) -> tuple[Decimal, str]:
    partition_key, sort_key = pair
    return Decimal(sort_key), partition_key


def mend() -> None:
    dynamodb._query = query
    dynamodb._index_members = index_members
