"""A DynamoDB table in plain Python values: items are dictionaries, numbers are whole, writes are transactions."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Item = dict[str, Any]
Write = dict[str, Any]
"""One element of TransactWriteItems."""

MAX_WRITES: Final = 100
"""In one transaction (DynamoDB API reference, TransactWriteItems)."""

_NAME: Final = re.compile(r"#(\w+)")
_ATTEMPTS: Final = 5


class ConditionNotMet(Exception):
    """A write's condition was not true; nothing of the transaction was written."""


class Table:
    """Every expression names attributes as `#name` and values as `:name`; names need no declaration."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get(self, key: Item) -> Item | None:
        """The item as it is now, or None."""
        answer = _dynamodb().get_item(TableName=self._name, Key=_packed(key), ConsistentRead=True)
        return _unpacked(answer["Item"]) if "Item" in answer else None

    def put(self, item: Item, condition: str | None = None, values: Mapping[str, Any] | None = None) -> Write:
        """A write that puts the item, if the condition holds."""
        conditional = {"ConditionExpression": condition} if condition else {}
        return {"Put": {"TableName": self._name, "Item": _packed(item), **_declared(conditional, values or {})}}

    def update(
        self,
        key: Item,
        changes: Mapping[str, Any],
        *,
        condition: str,
        values: Mapping[str, Any],
        defaults: Mapping[str, Any] | None = None,
        removed: Sequence[str] = (),
    ) -> Write:
        """A write that sets `changes`, sets `defaults` where the attribute is absent, and removes `removed`."""
        defaults = defaults or {}
        assignments = [f"#{name} = :{name}" for name in changes]
        assignments += [f"#{name} = if_not_exists(#{name}, :{name})" for name in defaults]
        expression = f"SET {', '.join(assignments)}"
        if removed:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in removed)
        expressions = {"UpdateExpression": expression, "ConditionExpression": condition}
        declared = _declared(expressions, {**changes, **defaults, **values})
        return {"Update": {"TableName": self._name, "Key": _packed(key), **declared}}

    def write(self, *writes: Write) -> None:
        """All of the writes, or none.

        Raises ConditionNotMet. A conflict with another transaction on the same items is tried again.
        """
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                _dynamodb().transact_write_items(TransactItems=list(writes))
                return
            except ClientError as error:
                reasons = _cancellation_reasons(error)
                if "ConditionalCheckFailed" in reasons:
                    raise ConditionNotMet from error
                if "TransactionConflict" not in reasons or attempt == _ATTEMPTS:
                    raise

    def query(
        self,
        condition: str,
        values: Mapping[str, Any],
        *,
        index: str | None = None,
        newest_first: bool = False,
        after: Item | None = None,
        page: int | None = None,
    ) -> Iterator[Item]:
        """The items, in the order of the sort key, read page by page (of `page` items) as they are taken."""
        request = self._query(condition, values, index) | {"ScanIndexForward": not newest_first}
        request |= {"Limit": page} if page else {}
        request |= {"ExclusiveStartKey": _packed(after)} if after else {}
        for answer in _pages(request):
            yield from map(_unpacked, answer["Items"])

    def count(self, condition: str, values: Mapping[str, Any], *, index: str) -> int:
        request = self._query(condition, values, index) | {"Select": "COUNT"}
        return sum(answer["Count"] for answer in _pages(request))

    def _query(self, condition: str, values: Mapping[str, Any], index: str | None) -> dict[str, Any]:
        # An index is never read consistently; the table always is.
        where = {"IndexName": index} if index else {"ConsistentRead": True}
        return {
            "TableName": self._name,
            **where,
            **_declared({"KeyConditionExpression": condition}, values),
        }


def _pages(request: dict[str, Any]) -> Iterator[dict[str, Any]]:
    while True:
        answer = _dynamodb().query(**request)
        yield answer
        if "LastEvaluatedKey" not in answer:
            return
        request = request | {"ExclusiveStartKey": answer["LastEvaluatedKey"]}


def _declared(expressions: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {name: name.removeprefix("#") for text in expressions.values() for name in _placeholders(text)}
    declared: dict[str, Any] = dict(expressions)
    declared |= {"ExpressionAttributeNames": names} if names else {}
    declared |= {"ExpressionAttributeValues": {f":{k}": v for k, v in _packed(values).items()}} if values else {}
    return declared


def _placeholders(expression: str) -> list[str]:
    return [f"#{name}" for name in _NAME.findall(expression)]


def _cancellation_reasons(error: ClientError) -> set[str | None]:
    return {reason.get("Code") for reason in error.response.get("CancellationReasons", [])}


def _packed(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _serializer().serialize(value) for name, value in item.items()}


def _unpacked(item: Mapping[str, Any]) -> Item:
    return {name: _whole(_deserializer().deserialize(value)) for name, value in item.items()}


def _whole(value: Any) -> Any:
    """The value with every Decimal as the whole number that it is."""
    match value:
        case Decimal():
            return int(value)
        case dict():
            return {name: _whole(inner) for name, inner in value.items()}
        case list():
            return [_whole(inner) for inner in value]
    return value


def _dynamodb() -> Any:
    return client("dynamodb")


@cache
def _serializer() -> TypeSerializer:
    return TypeSerializer()


@cache
def _deserializer() -> TypeDeserializer:
    return TypeDeserializer()
