"""Checks of event source mappings.

Source: GetEventSourceMapping in the Lambda API reference: State is Creating, Enabling, Enabled, Disabling,
Disabled, Updating or Deleting.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_ON_ITS_WAY: Final = frozenset({"Creating", "Enabling", "Updating"})
_PROBLEM: Final = "PROBLEM"
# What keeps it from its source. That the function failed is for the function's own tests to judge.
_OF_THE_SOURCE: Final = re.compile(
    r"(?!.*Function call failed).*(?:access|assume|authenticat|authori[sz]|connect|credential|permission|resolve)",
    re.IGNORECASE | re.DOTALL,
)
_NEXT_POLL_SECONDS: Final = 60


def is_enabled(spec: Mapping[str, Any]) -> Outcome:
    """It polls its source, and what it did last went well."""
    mapping = _mapping(spec)
    state, result = str(mapping.get("State")), str(mapping.get("LastProcessingResult", ""))
    verdict, error = _polls(state, result)
    return Outcome(
        status=verdict,
        error=error,
        evidence={"state": state, "lastResult": result, "why": mapping.get("StateTransitionReason", "")},
        reproduce=_reproduce(spec),
        may_pass_later=bool(error) and state in {"Enabled", *_ON_ITS_WAY},
        patience_seconds=_NEXT_POLL_SECONDS,
    )


def _polls(state: str, result: str) -> tuple[Verdict, str]:
    """The last result is history: its cause may be gone since, and is looked for in the next one."""
    if state != "Enabled":
        verdict = Verdict.SKIP if state in _ON_ITS_WAY else Verdict.FAIL
        return verdict, f"the mapping is {state}, its template has it enabled"
    if not result.startswith(_PROBLEM):
        return Verdict.PASS, ""
    verdict = Verdict.FAIL if _OF_THE_SOURCE.match(result) else Verdict.SKIP
    return verdict, f"what it did last failed: {result}"


def has_ends(spec: Mapping[str, Any]) -> Outcome:
    """It leads from the source to the function of its template, and both exist."""
    mapping = _mapping(spec)
    function, source = str(mapping.get("FunctionArn", "")), mapping.get("EventSourceArn")
    error = ""
    if spec["source"] not in (None, source):
        error = f"it reads {source}, its template says {spec['source']}"
    elif spec["function"] and _name(spec["function"]) != _name(function):
        error = f"it feeds {function}, its template says {spec['function']}"
    error = error or _lost_stream(source) or next(filter(None, map(trouble, spec["ends"])), "")
    return by_reason(error, {"function": function, "source": source}, _reproduce(spec))


def _mapping(spec: Mapping[str, Any]) -> dict[str, Any]:
    mapping: dict[str, Any] = client("lambda").get_event_source_mapping(UUID=spec["mapping"])
    return mapping


def _name(function: str) -> str:
    """Of a name, an ARN, or half of one, each perhaps with a version or alias."""
    return (
        function.partition(":function:")[2].partition(":")[0] or function.rpartition("function:")[2].split(":")[0]
    )


def _lost_stream(source: Any) -> str:
    """A table whose stream was switched off, or off and on, feeds nobody by the old stream's ARN."""
    table, _, stream = str(source).partition("/stream/")
    if not stream or ":dynamodb:" not in table:
        return ""
    name = table.rpartition("/")[2]
    try:
        described: Any = client("dynamodb").describe_table(TableName=name)
    except ClientError as error:
        if not is_missing(error):
            raise
        return f"the table {name} does not exist"
    latest = described["Table"].get("LatestStreamArn")
    is_on = described["Table"].get("StreamSpecification", {}).get("StreamEnabled")
    return "" if is_on and latest in (None, source) else f"the table no longer has the stream {stream}"


def _reproduce(spec: Mapping[str, Any]) -> str:
    return aws("lambda", "get-event-source-mapping", uuid=spec["mapping"])


CHECKS: Final = {"event_source.enabled": is_enabled, "event_source.ends": has_ends}
