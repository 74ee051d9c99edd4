"""Checks of DynamoDB tables.

Source: TableDescription and GlobalSecondaryIndexDescription in the Amazon DynamoDB API reference. A table or index
that is UPDATING can be used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import by_reason
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_USABLE: Final = frozenset({"ACTIVE", "UPDATING"})


def is_active(spec: Mapping[str, Any]) -> Outcome:
    status = _described(spec["table"]).get("TableStatus")
    return _by_status(f"the table {spec['table']}", str(status), spec["table"])


def has_index(spec: Mapping[str, Any]) -> Outcome:
    """The index of the template exists, and can be queried."""
    indexes = _described(spec["table"]).get(spec["kind"], [])
    found = next((each for each in indexes if each["IndexName"] == spec["index"]), None)
    if found is None:
        error = f"the table {spec['table']} has no index {spec['index']}"
        return by_reason(error, {}, _reproduce(spec["table"]))
    return _by_status(f"the index {spec['index']}", str(found.get("IndexStatus", "ACTIVE")), spec["table"])


def has_stream(spec: Mapping[str, Any]) -> Outcome:
    """Its changes go to a stream, with the view of the template."""
    stream = _described(spec["table"]).get("StreamSpecification", {})
    view, reproduce = stream.get("StreamViewType"), _reproduce(spec["table"])
    if not stream.get("StreamEnabled"):
        return by_reason(f"the table {spec['table']} has no stream of its changes", {}, reproduce)
    if spec["view"] not in (None, view):
        error = f"the stream of {spec['table']} has {view}, its template says {spec['view']}"
        return Outcome(status=Verdict.FAIL, error=error, reproduce=reproduce)
    return Outcome(status=Verdict.PASS, evidence={"view": view}, reproduce=reproduce)


def _described(table: str) -> dict[str, Any]:
    answer: Any = client("dynamodb").describe_table(TableName=table)
    described: dict[str, Any] = answer["Table"]
    return described


def _by_status(what: str, status: str, table: str) -> Outcome:
    if status in _USABLE:
        return Outcome(status=Verdict.PASS, evidence={"status": status}, reproduce=_reproduce(table))
    is_made = status == "CREATING"
    return Outcome(
        status=Verdict.SKIP if is_made else Verdict.FAIL,
        error=f"{what} is {status}, not ACTIVE",
        evidence={"status": status},
        reproduce=_reproduce(table),
        may_pass_later=is_made,
    )


def _reproduce(table: str) -> str:
    return aws("dynamodb", "describe-table", table_name=table)


CHECKS: Final = {"table.active": is_active, "table.index": has_index, "table.stream": has_stream}
