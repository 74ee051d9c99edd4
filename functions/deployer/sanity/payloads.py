"""Requests as API Gateway gives them to a function, and what a payload carries that was made up.

Sources: "Input format of a Lambda function for proxy integration" (REST APIs) and "Payload format version" (HTTP
APIs) in the API Gateway Developer Guide. Lambda function URLs use format 2.0 (Lambda Developer Guide).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKER: Final = "sanity-test"
"""Is part of every made-up name, so that what AWS says about one is not taken for a fault."""
MOMENT: Final = "2026-01-01T00:00:00Z"
EPOCH_SECONDS: Final = 1767225600
"""MOMENT, in seconds: a test made twice is the same test."""
_ADDRESS: Final = "203.0.113.1"  # TEST-NET-3, RFC 5737
_ID: Final = "5a6e1d70-0000-4000-8000-000000000000"


class Origin(StrEnum):
    """Where a payload comes from."""

    EXAMPLE = "example"  # the repository's own
    SHAPED = "shaped"  # the service's shape around made-up content
    PLAIN = "plain"  # nobody knows what it takes


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A request: `resource` is the route's pattern (/orders/{id}), `path` what is asked for (/orders/1)."""

    method: str
    resource: str
    path: str = ""
    path_parameters: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    api_id: str = MARKER
    stage: str = "test"

    @property
    def requested_path(self) -> str:
        return self.path or self.resource

    @property
    def sent_headers(self) -> dict[str, str]:
        usual = {"accept": "*/*", "host": "api.example.com", "user-agent": MARKER, "x-forwarded-proto": "https"}
        typed = {"content-type": "application/json"} if self.body is not None else {}
        return usual | typed | {name.lower(): value for name, value in self.headers.items()}


def rest_event(route: Route) -> dict[str, Any]:
    """Payload format 1.0: what is not given is null."""
    headers = {_titled(name): value for name, value in route.sent_headers.items()}
    query = dict(route.query)
    return {
        "version": "1.0",
        "resource": route.resource,
        "path": route.requested_path,
        "httpMethod": route.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": dict(route.path_parameters) or None,
        "stageVariables": None,
        "requestContext": _rest_context(route),
        "body": route.body,
        "isBase64Encoded": False,
    }


def _rest_context(route: Route) -> dict[str, Any]:
    return {
        "accountId": "123456789012",
        "apiId": route.api_id,
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "extendedRequestId": _ID,
        "httpMethod": route.method,
        "identity": {"sourceIp": _ADDRESS, "userAgent": MARKER},
        "path": f"/{route.stage}{route.requested_path}",
        "protocol": "HTTP/1.1",
        "requestId": _ID,
        "requestTime": "01/Jan/2026:00:00:00 +0000",
        "requestTimeEpoch": EPOCH_SECONDS * 1000,
        "resourceId": "resource",
        "resourcePath": route.resource,
        "stage": route.stage,
    }


def http_event(route: Route) -> dict[str, Any]:
    """Payload format 2.0: what is not given is left out."""
    given = {
        "queryStringParameters": dict(route.query),
        "pathParameters": dict(route.path_parameters),
        "body": route.body,
    }
    return {
        "version": "2.0",
        "routeKey": "$default" if route.resource == "$default" else f"{route.method} {route.resource}",
        "rawPath": "/" if route.requested_path == "$default" else route.requested_path,
        "rawQueryString": "&".join(f"{name}={value}" for name, value in route.query.items()),
        "headers": route.sent_headers,
        "requestContext": _http_context(route),
        **{name: value for name, value in given.items() if value},
        "isBase64Encoded": False,
    }


def _http_context(route: Route) -> dict[str, Any]:
    path = "/" if route.requested_path == "$default" else route.requested_path
    http = {"method": route.method, "path": path, "protocol": "HTTP/1.1"}
    return {
        "accountId": "123456789012",
        "apiId": route.api_id,
        "domainName": "api.example.com",
        "domainPrefix": "api",
        "http": http | {"sourceIp": _ADDRESS, "userAgent": MARKER},
        "requestId": _ID,
        "routeKey": "$default" if route.resource == "$default" else f"{route.method} {route.resource}",
        "stage": route.stage,
        "time": "01/Jan/2026:00:00:00 +0000",
        "timeEpoch": EPOCH_SECONDS * 1000,
    }


def _titled(name: str) -> str:
    """`Content-Type`, as browsers and API Gateway's REST APIs write it."""
    return "-".join(part.capitalize() for part in name.split("-"))
