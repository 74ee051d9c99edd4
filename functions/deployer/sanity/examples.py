"""The repository's own event for a call, chosen out of its files by shape, by route or source, and by name.

An event that fits none of the function's callers is left alone: it is another function's, or older than the code.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.event_kind import EventKind
from deployer.sanity.hostile_json import ODD, parsed
from deployer.sanity.payloads import Origin
from deployer.sanity.service_events import merged

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from deployer.sanity.call import Call

_LIKE_AN_EVENT: Final = re.compile(
    r"(?:^|[/_.-])(?:\w*events?|\w*payload|invoke|sample)(?:[/_.-]|\d)", re.IGNORECASE
)
_NOT_EVENTS: Final = re.compile(
    r"(?:^|/)(?:node_modules|\.aws-sam|cdk\.out)/|pattern|schema|package|tsconfig|swagger"
)
_MAX_CHARACTERS: Final = 65_536
_MAX_FILES: Final = 200
_WORD: Final = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_SAYS_NOTHING: Final = frozenset(
    {"app", "api", "aws", "event", "events", "example", "file", "fn", "func", "function", "functions", "handler"}
    | {
        "index",
        "input",
        "invoke",
        "json",
        "lambda",
        "local",
        "payload",
        "request",
        "sample",
        "src",
        "test",
        "tests",
    }
)
_BY_SOURCE: Final = {
    "aws:dynamodb": EventKind.DYNAMODB,
    "aws:kinesis": EventKind.KINESIS,
    "aws:s3": EventKind.S3,
    "aws:sns": EventKind.SNS,
    "aws:sqs": EventKind.SQS,
}


def example_for(call: Call, names: Iterable[str], is_alone: bool, files: Mapping[str, str]) -> tuple[str, Any]:
    """Path and event of the example that fits best; ("", None) when none does.

    `names` are what the function is called; `is_alone` that no other function gets events of this kind.
    """
    words = _words(*names)
    found = [
        (len(words & _words(path)), path, event)
        for path, event in _fitting(call, files)
        if is_alone or words & _words(path) or call.kind.is_request
    ]
    best = max(found, key=lambda each: (each[0], -len(each[1]), each[1]), default=None)
    return best[1:] if best else ("", None)


def has_examples(files: Mapping[str, str]) -> bool:
    """There is anything to choose from."""
    return any(_events(files))


def as_example(call: Call, event: Any) -> Call:
    return replace(call, event=event, origin=Origin.EXAMPLE)


def kind_of(event: Any) -> EventKind:  # noqa: C901 - a table of shapes
    """Who sends an event of that shape."""
    match event:
        case {"Records": [{"eventSource": str(source)}, *_]} | {"Records": [{"EventSource": str(source)}, *_]}:
            return _BY_SOURCE.get(source, EventKind.PLAIN)
        case {"requestContext": {"elb": _}}:
            return EventKind.LOAD_BALANCER
        case {"requestContext": {"connectionId": _}}:
            return EventKind.WEBSOCKET
        case {"type": "TOKEN", "methodArn": _}:
            return EventKind.TOKEN_AUTHORIZER
        case {"type": "REQUEST", "methodArn": _}:
            return EventKind.REQUEST_AUTHORIZER
        case {"routeArn": _, "identitySource": _}:
            return EventKind.HTTP_AUTHORIZER
        case {"requestContext": {"http": _}} | {"rawPath": _}:
            return EventKind.HTTP
        case {"httpMethod": _, "path": _} | {"httpMethod": _, "resource": _}:
            return EventKind.REST
        case {"detail-type": "Scheduled Event"}:
            return EventKind.SCHEDULE
        case {"detail-type": _, "source": _}:
            return EventKind.EVENTBRIDGE
        case {"awslogs": {"data": _}}:
            return EventKind.LOGS
        case {"deliveryStreamArn": _, "records": _}:
            return EventKind.FIREHOSE
        case {"triggerSource": _, "userPoolId": _}:
            return EventKind.COGNITO
        case {"RequestType": _, "ResponseURL": _}:
            return EventKind.CUSTOM_RESOURCE
    return EventKind.PLAIN


def _fitting(call: Call, files: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    """Each event that the call may bring, with this deployment's own names. One of an odd shape is no example."""
    for path, event in _events(files):
        with suppress(*ODD):
            if _fits(event, call):
                yield path, _at_home(event, call)


def _events(files: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    likely = (path for path in sorted(files) if _LIKE_AN_EVENT.search(path) and not _NOT_EVENTS.search(path))
    for path in [path for path in likely if path.endswith(".json")][:_MAX_FILES]:
        if len(files[path]) <= _MAX_CHARACTERS:
            yield from ((path, event) for event in _parsed(files[path]))


def _parsed(text: str) -> Iterator[Any]:
    """The event of a file; of what is written for `aws events put-events`, each event that comes of it."""
    try:
        value = parsed(text)
    except ValueError:
        return
    entries = value.get("Entries", [value]) if isinstance(value, dict) else value
    for entry in entries if isinstance(entries, list) else []:
        match entry:
            case {"Source": str(source), "DetailType": str(detail_type), "Detail": detail}:
                made = {"source": source, "detail-type": detail_type, "detail": _detail(detail)}
                yield made | {"version": "0", "id": "1", "resources": entry.get("Resources") or []}
            case dict() if entry is value:
                yield entry


def _detail(value: Any) -> Any:
    try:
        return parsed(value) if isinstance(value, str) else value
    except ValueError:
        return {}


def _fits(event: Any, call: Call) -> bool:
    if kind_of(event) != call.kind:
        return False
    match call.kind:
        case EventKind.REST:
            asked = {event.get("resource"), event.get("path")}
            return event.get("httpMethod") == call.method and bool(
                asked & {call.event["resource"], call.event["path"]}
            )
        case EventKind.HTTP:
            http = event.get("requestContext", {}).get("http", {})
            routes = {event.get("routeKey"), f"{http.get('method')} {event.get('rawPath')}"}
            return call.event["routeKey"] == "$default" or call.event["routeKey"] in routes
        case EventKind.EVENTBRIDGE:
            return all(event.get(name) == call.event.get(name) for name in ("source", "detail-type"))
    return True


def _at_home(event: Any, call: Call) -> Any:
    """The example with this deployment's own names, where it holds its author's."""
    if call.kind in {EventKind.S3, EventKind.SQS, EventKind.DYNAMODB, EventKind.KINESIS}:
        own = {"eventSourceARN": call.event["Records"][0].get("eventSourceARN")}
        bucket = call.event["Records"][0].get("s3", {}).get("bucket")
        over = {"s3": {"bucket": bucket}} if bucket else own
        return {**event, "Records": [merged(record, over) for record in event["Records"]]}
    return event


def _words(*texts: str) -> frozenset[str]:
    stems = (PurePosixPath(text).with_suffix("") if text.endswith(".json") else text for text in texts)
    return frozenset(
        word for stem in stems for each in _WORD.findall(str(stem)) if (word := each.lower()) not in _SAYS_NOTHING
    )
