"""The request that a route is tried with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.sanity.api_route import ApiRoute, Guard, Target
from deployer.sanity.http_example import Example, example


def a_route(method: str, path: str, **operation: Any) -> ApiRoute:
    return ApiRoute(method=method, path=path, target=Target.FUNCTION, guard=Guard.NONE, operation=operation)


def found(route: ApiRoute, *events: Any) -> Example:
    return example(route, {f"events/{number}.json": json.dumps(event) for number, event in enumerate(events)})


OLD = {
    "httpMethod": "PUT",
    "resource": "/orders/{id}",
    "path": "/orders/7",
    "pathParameters": {"id": "7"},
    "queryStringParameters": {"full": "a b"},
    "headers": {"Content-Type": "text/plain", "Host": "evil.com", "Authorization": "secret", "X-Number": 1},
    "body": "text",
}
NEW = {"rawPath": "/orders/8", "requestContext": {"http": {"method": "PUT"}}, "body": '{"a": 1}'}


@pytest.mark.parametrize(
    ("event", "parameter", "body"), [(OLD, "7", "text"), (NEW, "8", '{"a": 1}')], ids=["1.0", "2.0"]
)
def test_event(event: dict[str, Any], parameter: str, body: str) -> None:
    """An event of either payload format gives path, parameters and body."""
    sample = found(a_route("PUT", "/orders/{id}"), event)

    assert (sample.path, sample.parameters, sample.body) == (f"/orders/{parameter}", {"id": parameter}, body)
    assert not sample.is_made_up


def test_headers() -> None:
    """Of an example's headers only those are sent that say what is sent and wanted."""
    sample = found(a_route("PUT", "/orders/{id}"), OLD)

    assert sample.headers == {"content-type": "text/plain"}
    assert sample.query_text == "full=a%20b"


@pytest.mark.parametrize(
    "event",
    [
        {**OLD, "httpMethod": "POST"},
        {**OLD, "resource": "/x", "path": "/x"},
        {**OLD, "path": "/orders/7/8", "resource": "/x"},
        {**OLD, "isBase64Encoded": True},
        {"rawPath": "/orders/8", "requestContext": None},
        {"rawPath": 1, "requestContext": {"http": []}},
        [],
        "text",
    ],
)
def test_event_of_another(event: Any) -> None:
    """An event for another route, or of no known shape, is left alone."""
    assert found(a_route("PUT", "/orders/{id}"), event).is_made_up


def test_made_up() -> None:
    """Without an example, each parameter is a name that says so, and a body is an empty object."""
    sample = found(a_route("POST", "/orders/{id}/{proxy+}"))

    assert (sample.path, sample.body) == ("/orders/sanity-test/sanity-test", "{}")
    assert found(a_route("GET", "/orders")).body is None
    assert found(a_route("ANY", "$default")).path == "/"


def test_openapi() -> None:
    """The operation's own examples are used, and what it requires is there."""
    operation = {
        "parameters": [
            {"in": "path", "name": "id", "schema": {"type": "string", "example": "o 1"}},
            {"in": "query", "name": "size", "required": True, "schema": {"enum": ["small", "large"]}},
            {"in": "query", "name": "color", "required": True, "type": "string"},
            {"in": "query", "name": "optional"},
        ],
        "requestBody": {"content": {"application/json": {"example": {"a": 1}}}},
    }

    sample = found(a_route("POST", "/orders/{id}", **operation))

    assert sample.path == "/orders/o%201"
    assert sample.query == {"color": "sanity-test", "size": "small"}
    assert sample.body == '{"a": 1}'


@pytest.mark.parametrize("value", ["..", "a/b", "//evil.com", "@evil.com", "a?b#c", "\r\nHost: evil.com"])
def test_hostile_example(value: str) -> None:
    """An example's parameter stays a part of the path."""
    event = {**OLD, "path": "/other", "pathParameters": {"id": value}}

    sample = found(a_route("PUT", "/orders/{id}"), event)

    assert sample.path.startswith("/orders/")
    assert sample.path.count("/") == 2
    assert not set(sample.path) & set("?#@\r\n")


def test_route_that_cannot_be_filled() -> None:
    """An example that leaves a segment empty would ask for another route."""
    event = {**OLD, "path": "/other", "pathParameters": {}}
    assert found(a_route("PUT", "/orders/{id}"), event).is_made_up
