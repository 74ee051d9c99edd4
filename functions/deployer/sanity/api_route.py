"""A route of an API as the template has it, from resources or an OpenAPI body: what it calls, who may call it.

Sources: "OpenAPI extensions for API Gateway" (x-amazon-apigateway-integration, -authorizer, -authtype,
-any-method, -endpoint-configuration) and "Working with routes for HTTP APIs" in the API Gateway Developer Guide.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEFAULT: Final = "$default"
ANY: Final = "ANY"
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PRIVATE: Final = "it is private: only its VPC reaches it"
SWITCHED_OFF: Final = "its own address is switched off: only its domain name reaches it"
_ENDPOINT: Final = "x-amazon-apigateway-endpoint-configuration"
_ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_INTEGRATION: Final = "x-amazon-apigateway-integration"
_SUBTYPE: Final = "integrationSubtype"  # an HTTP API's way to name an AWS service
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_METHODS: Final = frozenset({"get", "head", "options", "post", "put", "patch", "delete", _ANY_METHOD})
_FUNCTION: Final = re.compile(r"(arn:[^:]+:lambda:[^:]+:[^:]+:function:[^/]+)")


class Guard(StrEnum):
    """What keeps strangers out. The gateway itself enforces all but the last two."""

    NONE = "none"
    API_KEY = "an API key"
    IAM = "IAM"
    TOKEN = "a token"  # noqa: S105 - JWT, Cognito, and Lambda authorizers that ask for one
    REQUEST = "an authorizer of its own"  # a function that sees the whole request, and decides
    UNKNOWN = "what is not known"  # such as a resource policy

    @property
    def is_certain(self) -> bool:
        """Without credentials nobody comes in, whatever the deployed code decides."""
        return self in {Guard.API_KEY, Guard.IAM, Guard.TOKEN}


class Target(StrEnum):
    """What stands behind a route."""

    FUNCTION = "function"  # proxy integration: the function's answer is the answer
    MAPPED_FUNCTION = "mapped function"  # what it gets and says goes through templates
    MOCK = "mock"
    HTTP = "http"
    SERVICE = "service"  # an AWS service, called by the gateway itself
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRoute:
    """`method` may be ANY, `path` /orders/{id} or $default. `uri` is the integration's; None where not known.

    `operation` is the OpenAPI operation; empty where the route comes from resources.
    """

    method: str
    path: str
    target: Target
    guard: Guard
    uri: str | None = None
    payload_format: str = "1.0"
    has_credentials: bool = False  # a role calls the integration; the function's policy is not asked
    operation: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """As API Gateway writes it; $default, and a WebSocket API's routes, have no method."""
        return f"{self.method} {self.path}" if self.path.startswith("/") else self.path

    @property
    def function(self) -> str | None:
        """The ARN of the function that it calls, with its version or alias."""
        return function_arn(self.uri)

    @property
    def tried_method(self) -> str:
        return "GET" if self.method == ANY else self.method

    @property
    def is_safe(self) -> bool:
        return self.tried_method in SAFE_METHODS


def function_arn(uri: str | None) -> str | None:
    """The function in an integration's URI; HTTP APIs may have its ARN alone. None when it names none."""
    found = _FUNCTION.search(uri or "")
    return found[1] if found and "${" not in found[1] else None


def target_of(kind: Any, uri: str | None) -> Target:
    match str(kind).upper():
        case "AWS_PROXY" if uri is None or function_arn(uri) or ":lambda:path/" in uri:
            return Target.FUNCTION
        case "AWS" if uri and (function_arn(uri) or ":lambda:path/" in uri):
            return Target.MAPPED_FUNCTION
        case "AWS" | "AWS_PROXY":
            return Target.SERVICE
        case "MOCK":
            return Target.MOCK
        case "HTTP" | "HTTP_PROXY":
            return Target.HTTP
    return Target.UNKNOWN


def routes_of_body(body: Mapping[str, Any], *, is_guarded_by_policy: bool = False) -> Iterator[ApiRoute]:
    """Each operation of an OpenAPI body that has an integration."""
    schemes = _schemes(body)
    for path, item in _section(body, "paths").items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if method.lower() in _METHODS and isinstance(operation, dict):
                guard = _guard(operation.get("security", body.get("security")), schemes)
                yield _route(
                    str(path),
                    method.lower(),
                    operation,
                    Guard.UNKNOWN if is_guarded_by_policy and guard is Guard.NONE else guard,
                )


def is_switched_off(properties: Mapping[str, Any]) -> bool:
    """Whether its own address answers nobody: by the property, or in the OpenAPI body, where SAM has it."""
    body = _section(properties, "Body")
    servers = body.get("servers")
    in_body = [_section(each, _ENDPOINT) for each in (body, *(servers if isinstance(servers, list) else ()))]
    given = [
        properties.get("DisableExecuteApiEndpoint"),
        *(each.get("disableExecuteApiEndpoint") for each in in_body),
    ]
    return "true" in {str(each).lower() for each in given}


def authorizers_of_body(body: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each authorizer of an OpenAPI body, by its scheme's name."""
    for name, scheme in _schemes(body if isinstance(body, dict) else {}).items():
        if authorizer := _section(scheme, _AUTHORIZER):
            yield str(name), authorizer


def _route(path: str, method: str, operation: Mapping[str, Any], guard: Guard) -> ApiRoute:
    integration = operation.get(_INTEGRATION)
    integration = integration if isinstance(integration, dict) else {}
    uri = integration.get("uri")
    uri = uri if isinstance(uri, str) else None
    return ApiRoute(
        method=ANY if method == _ANY_METHOD else method.upper(),
        path=DEFAULT if path.removeprefix("/") == DEFAULT else path,
        target=Target.SERVICE if _SUBTYPE in integration else target_of(integration.get("type"), uri),
        guard=guard,
        uri=uri,
        payload_format=str(integration.get("payloadFormatVersion", "1.0")),
        has_credentials="credentials" in integration,
        operation=operation,
    )


def _schemes(body: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**_section(body, "securityDefinitions"), **_section(_section(body, "components"), "securitySchemes")}


def _guard(security: Any, schemes: Mapping[str, Any]) -> Guard:
    """The most certain of what is asked for."""
    named = [name for each in security or [] if isinstance(each, dict) for name in each]
    guards = {_guard_of_scheme(name, schemes.get(name)) for name in named}
    return next((guard for guard in _BY_CERTAINTY if guard in guards), Guard.NONE)


_BY_CERTAINTY: Final = [Guard.IAM, Guard.TOKEN, Guard.API_KEY, Guard.REQUEST, Guard.UNKNOWN, Guard.NONE]


def _guard_of_scheme(name: str, scheme: Any) -> Guard:
    """A scheme without one of API Gateway's extensions documents something, and guards nothing."""
    if not isinstance(scheme, dict):
        return Guard.UNKNOWN
    authorizer = scheme.get(_AUTHORIZER)
    if isinstance(authorizer, dict):
        return guard_of_authorizer(authorizer.get("type"))
    if str(scheme.get("x-amazon-apigateway-authtype", "")).lower() == "awssigv4" or name.lower() == "sigv4":
        return Guard.IAM
    is_key = scheme.get("type") == "apiKey" and str(scheme.get("name", "")).lower() == "x-api-key"
    return Guard.API_KEY if is_key else Guard.UNKNOWN


def guard_of_authorizer(kind: Any) -> Guard:
    match str(kind).upper():
        case "JWT" | "COGNITO_USER_POOLS" | "TOKEN":
            return Guard.TOKEN
        case "REQUEST":
            return Guard.REQUEST
    return Guard.UNKNOWN


def _section(document: Any, name: str) -> Mapping[str, Any]:
    section = document.get(name) if isinstance(document, dict) else None
    return section if isinstance(section, dict) else {}
