"""The request that a route is tried with: the repository's own example where it has one, else made up.

Examples are events as `sam local invoke` takes them (payload formats 1.0 and 2.0), and the examples of an OpenAPI
operation.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from deployer.sanity.address import AddressRefused, filled, parameter_names
from deployer.sanity.api_route import DEFAULT
from deployer.sanity.hostile_json import ODD, parsed
from deployer.sanity.payloads import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.api_route import ApiRoute

_MAX_CHARACTERS: Final = 65_536
_SENT_HEADERS: Final = frozenset({"accept", "content-type"})
_WITH_BODY: Final = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`path` and `query` are percent-encoded; `path` begins with a slash."""

    path: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    is_made_up: bool = False

    @property
    def query_text(self) -> str:
        return urlencode(self.query, quote_via=quote)


def example(route: ApiRoute, files: Mapping[str, str]) -> Example:
    """The first event of the repository that is for the route; else what its OpenAPI operation shows."""
    return next(_of_files(route, files), None) or _made_up(route)


def _of_files(route: ApiRoute, files: Mapping[str, str]) -> Iterator[Example]:
    for path in sorted(files):
        if path.endswith(".json") and len(files[path]) <= _MAX_CHARACTERS:
            with suppress(*ODD):
                event = parsed(files[path])
                found = _of_event(event, route) if isinstance(event, dict) else None
                if found:
                    yield found


def _of_event(event: Mapping[str, Any], route: ApiRoute) -> Example | None:
    """None when the event is for another route, or cannot be sent."""
    is_new = "rawPath" in event
    http = event["requestContext"]["http"] if is_new else {"method": event.get("httpMethod")}
    asked = str(event.get("rawPath") if is_new else event.get("path"))
    if http["method"] != route.tried_method or event.get("isBase64Encoded") is True:
        return None
    parameters = _parameters(route.path, asked)
    if parameters is None and event.get("resource") == route.path:
        parameters = _texts(event.get("pathParameters"))
    if parameters is None:
        return None
    try:
        path = asked if route.path == DEFAULT else filled(route.path, parameters)
    except AddressRefused:
        return None
    body = event.get("body")
    headers = {name.lower(): value for name, value in _texts(event.get("headers")).items()}
    return Example(
        path=path,
        parameters=parameters,
        query=_texts(event.get("queryStringParameters")),
        headers={name: value for name, value in headers.items() if name in _SENT_HEADERS},
        body=body if _is_text(body) and route.tried_method in _WITH_BODY else None,
    )


def _parameters(route: str, path: str) -> dict[str, str] | None:
    """The path's parameters; None when it is not of this route."""
    if route == DEFAULT:
        return {}
    names = parameter_names(route)
    parts = re.split(r"(\{[^{}]+\})", route)
    expression = "".join(
        ("(.+)" if part.endswith("+}") else "([^/]+)") if part.startswith("{") else re.escape(part)
        for part in parts
    )
    found = re.fullmatch(expression, path)
    return dict(zip(names, found.groups(), strict=True)) if found else None


def _made_up(route: ApiRoute) -> Example:
    """What the OpenAPI operation gives as examples, and MARKER for each parameter that it says nothing of."""
    given = route.operation.get("parameters")
    described = [each for each in given if isinstance(each, dict)] if isinstance(given, list) else []
    shown = {(each.get("in"), str(each.get("name"))): _shown(each) for each in described}
    names = parameter_names(route.path)
    parameters = {name: shown.get(("path", name)) or MARKER for name in names}
    required = {str(each.get("name")) for each in described if each.get("in") == "query" and each.get("required")}
    body = _body(route)
    return Example(
        path="/" if route.path == DEFAULT else filled(route.path, parameters),
        parameters=parameters,
        query={name: shown.get(("query", name)) or MARKER for name in sorted(required)},
        headers={"content-type": "application/json"} if body is not None else {},
        body=body,
        is_made_up=True,
    )


def _shown(parameter: Mapping[str, Any]) -> str:
    """The example of an OpenAPI parameter, as a text; empty when there is none."""
    schema = parameter.get("schema")
    given = {**parameter, **schema} if isinstance(schema, dict) else parameter  # OpenAPI 3.0; Swagger 2.0
    several = given.get("enum")
    values = [parameter.get("example"), given.get("example"), given.get("default")]
    values += several[:1] if isinstance(several, list) else []
    return next((str(value) for value in values if isinstance(value, str | int) and str(value)), "")


def _body(route: ApiRoute) -> str | None:
    if route.tried_method not in _WITH_BODY:
        return None
    shown = route.operation.get("requestBody")
    content = shown.get("content") if isinstance(shown, dict) else None
    media = content.get("application/json") if isinstance(content, dict) else None
    sample = media.get("example") if isinstance(media, dict) else None
    return json.dumps({} if sample is None else sample)


def _texts(value: Any) -> dict[str, str]:
    """The members that are texts; others cannot be sent."""
    members = value.items() if isinstance(value, dict) else ()
    return {name: each for name, each in members if _is_text(name) and _is_text(each)}


def _is_text(value: Any) -> bool:
    """JSON can also write halves of characters, which no encoding has."""
    return isinstance(value, str) and value.encode(errors="ignore").decode() == value
