"""An event that holds more: what a function missed, wherever it may have looked for it.

A name is added to every object of the event, those inside of JSON texts and of base64 data too: where a function
looked is seldom told, and what it does not look at does no harm.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.payloads import MARKER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from deployer.sanity.raised import Raised

VALUES: Final[tuple[Any, ...]] = (MARKER, {}, 1, "{}", [], "1")
"""What a name is given, one after the other, as long as the function minds the value."""
_CONTAINERS: Final = frozenset(
    {
        "detail",
        "headers",
        "identity",
        "authorizer",
        "claims",
        "pathParameters",
        "queryStringParameters",
        "arguments",
    }
    | {"requestContext", "stageVariables", "data", "input", "payload"}
)
_NAME: Final = r"[A-Za-z_][\w-]{0,80}"
_TOLD: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^['\"]({_NAME})['\"]$",  # KeyError
        rf"Cannot destructure property '({_NAME})'",
        rf"['\"`]({_NAME})['\"`] (?:is |field |parameter |property |key )*(?:a )?(?:required|missing|not found)",
        rf"[Mm]issing (?:required )?(?:\w+ )?(?:field|parameter|property|key|attribute)s?:? ?['\"`]?({_NAME})",
        rf"^({_NAME}) (?:is|are) (?:required|missing|not provided|not found|undefined)",
        rf"[Mm]issing ['\"`]?({_NAME})['\"`]?(?: (?:in|field|key|from) .{{0,60}})?\.?$",
        rf"\n({_NAME})\n +(?:Field required|field required)",  # pydantic
        rf"(?:of|event) '[\w$.]{{1,200}}\.({_NAME})' as it is (?:undefined|null)",
        rf"[\w$]\.({_NAME}) is not (?:iterable|a function or its return value is not iterable)",
    )
)
_LITERALS: Final = re.compile(rf"\[['\"]({_NAME})['\"]\]|\.get\(['\"]({_NAME})['\"]")
_NAMES_A_RESOURCE: Final = re.compile(
    r"bucket|table|queue|topic|stream|function|lambda|machine|secret|cluster|arn\b|arn$|resource", re.IGNORECASE
)
_OF_VALUES: Final = re.compile(
    r"^(?:Type|Attribute|Value|JSONDecode|Syntax|Range|Index|Unicode\w*|ParamValidation|Validation)Error"
    r"|^(?:KeyError|InvalidOperation|ConversionSyntax)|Cannot read|is not |must be|valid types"
)
_LANGUAGE: Final = frozenset(
    {"required", "field", "parameter", "property", "a", "the", "in", "of", "is", "event", "self"}
)
_MAX_TEXT: Final = 100_000


def missed(raised: Raised) -> list[str]:
    """The names that the function seems to have looked for, the most telling first."""
    told = [found for pattern in _TOLD for found in pattern.findall(raised.message)]
    own = [frame for frame in raised.frames if not frame.is_library and frame.source]
    read = [first or second for first, second in _LITERALS.findall(own[-1].source)] if own else []
    return [name for name in dict.fromkeys([*told, *read]) if name.lower() not in _LANGUAGE]


def with_names(event: Any, additions: Iterable[tuple[str, int]]) -> Any:
    """The event with each name, and the value that its number says."""
    for name, number in additions:
        event = _everywhere(event, _adding(name, VALUES[number]))
    return event


def first_value(name: str) -> int:
    return 1 if name in _CONTAINERS else 0


def minds_values(raised: Raised | None) -> bool:
    """Another value in place of the one that it was given may help."""
    return raised is not None and bool(_OF_VALUES.search(raised.told))


def filled(event: Any) -> Any:
    """A request that leaves nothing out: query, path parameters and a body where there were none."""
    if not isinstance(event, dict):
        return event
    given = {
        "queryStringParameters": {"id": MARKER},
        "pathParameters": {"id": MARKER},
        "body": '{"id": "sanity-test"}',
    }
    return event | {name: value for name, value in given.items() if not event.get(name)}


def unlike(event: Any) -> dict[str, Any]:
    """An empty event in place of one that holds something, and the other way round."""
    content = {"id": MARKER, "message": MARKER}
    return {} if event != {} else {**content, "body": json.dumps(content), "detail": content, "Records": []}


def makes_up_names(event: Any) -> bool:
    """Something in it may be taken for the name of a bucket, a table or the like, and is none. When AWS says that
    there is no such thing, it seldom says which."""
    if isinstance(event, dict):
        return any(_is_made_up(name, value) or makes_up_names(value) for name, value in event.items())
    if isinstance(event, list):
        return any(map(makes_up_names, event))
    return isinstance(event, str) and isinstance(inner := _json(event[:_MAX_TEXT]), dict) and makes_up_names(inner)


def _is_made_up(name: str, value: Any) -> bool:
    return bool(_NAMES_A_RESOURCE.search(str(name))) and value in VALUES


def _adding(name: str, value: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    def add(into: dict[str, Any]) -> dict[str, Any]:
        return into if into.get(name) not in (None, *VALUES) else {**into, name: value}

    return add


def _everywhere(value: Any, add: Callable[[dict[str, Any]], dict[str, Any]], name: str = "") -> Any:
    if isinstance(value, dict):
        if name in {"NewImage", "OldImage", "Keys"}:
            return _typed(value, add)
        return add({key: _everywhere(each, add, str(key)) for key, each in value.items()})
    if isinstance(value, list):
        return [_everywhere(each, add) for each in value]
    return _within(value, add) if isinstance(value, str) and len(value) < _MAX_TEXT else value


def _typed(image: dict[str, Any], add: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
    """DynamoDB's own JSON: a text is {"S": text}."""
    added = {name: value for name, value in add(image).items() if name not in image}
    return image | {name: {"S": MARKER} if isinstance(value, str) else {"M": {}} for name, value in added.items()}


def _within(text: str, add: Callable[[dict[str, Any]], dict[str, Any]]) -> str:
    """The same for an object that a text holds as JSON, or as JSON in base64."""
    if isinstance(inner := _json(text), dict):
        return json.dumps(_everywhere(inner, add))
    try:
        data = base64.b64decode(text, validate=True).decode() if len(text) > 8 else ""
    except ValueError:
        return text
    if isinstance(inner := _json(data), dict):
        return base64.b64encode(json.dumps(_everywhere(inner, add)).encode()).decode()
    return text


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return None
