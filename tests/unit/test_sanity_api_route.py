"""A route as an OpenAPI body describes it."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.sanity.api_route import ApiRoute, Guard, Target, authorizers_of_body, routes_of_body

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:orders"
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
PROXY = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI}


def body(operation: dict[str, Any], path: str = "/orders", method: str = "get", **more: Any) -> dict[str, Any]:
    return {"openapi": "3.0.1", "paths": {path: {method: operation}}, **more}


def route(operation: dict[str, Any], path: str = "/orders", method: str = "get", **more: Any) -> ApiRoute:
    [found] = routes_of_body(body(operation, path, method, **more))
    return found


def with_scheme(scheme: dict[str, Any], security: Any = None) -> ApiRoute:
    """The route of an operation that asks for that scheme."""
    operation = {"security": [{"Auth": []}] if security is None else security}
    return route(operation, components={"securitySchemes": {"Auth": scheme}})


@pytest.mark.parametrize(
    ("path", "method", "key", "tried"),
    [
        ("/orders", "get", "GET /orders", "GET"),
        ("/orders/{id}", "POST", "POST /orders/{id}", "POST"),
        ("/{proxy+}", "x-amazon-apigateway-any-method", "ANY /{proxy+}", "GET"),
        ("/$default", "x-amazon-apigateway-any-method", "$default", "GET"),
        ("$default", "x-amazon-apigateway-any-method", "$default", "GET"),
    ],
)
def test_key(path: str, method: str, key: str, tried: str) -> None:
    """A route is named as API Gateway names it; any method is tried as GET."""
    found = route({}, path, method)
    assert (found.key, found.tried_method) == (key, tried)


def test_what_is_no_operation() -> None:
    """What stands beside the operations of a path is no route."""
    document: dict[str, Any] = {
        "paths": {"/a": {"parameters": [], "summary": "x", "get": None}, "/b": None, "/c": {"trace": {}}}
    }
    assert list(routes_of_body(document)) == []


@pytest.mark.parametrize(
    ("integration", "target", "function"),
    [
        (PROXY, Target.FUNCTION, FUNCTION),
        ({**PROXY, "uri": FUNCTION}, Target.FUNCTION, FUNCTION),
        ({**PROXY, "uri": URI.replace("orders/", "orders:live/")}, Target.FUNCTION, f"{FUNCTION}:live"),
        ({**PROXY, "uri": URI.replace(FUNCTION, "${stageVariables.Function}")}, Target.FUNCTION, None),
        ({**PROXY, "uri": None}, Target.FUNCTION, None),
        ({**PROXY, "type": "aws"}, Target.MAPPED_FUNCTION, FUNCTION),
        ({"type": "aws", "uri": "arn:aws:apigateway:us-east-1:sqs:path/1/queue"}, Target.SERVICE, None),
        ({"type": "aws_proxy", "integrationSubtype": "EventBridge-PutEvents"}, Target.SERVICE, None),
        ({"type": "mock"}, Target.MOCK, None),
        ({"type": "http_proxy", "uri": "https://example.com"}, Target.HTTP, None),
        ({}, Target.UNKNOWN, None),
    ],
)
def test_target(integration: dict[str, Any], target: Target, function: str | None) -> None:
    """What stands behind a route is told by its integration's type and URI."""
    found = route({"x-amazon-apigateway-integration": integration})
    assert (found.target, found.function) == (target, function)


@pytest.mark.parametrize(
    ("scheme", "guard"),
    [
        ({"type": "apiKey", "name": "x-api-key", "in": "header"}, Guard.API_KEY),
        ({"type": "apiKey", "x-amazon-apigateway-authtype": "awsSigv4"}, Guard.IAM),
        ({"x-amazon-apigateway-authorizer": {"type": "jwt"}}, Guard.TOKEN),
        ({"x-amazon-apigateway-authorizer": {"type": "cognito_user_pools"}}, Guard.TOKEN),
        ({"x-amazon-apigateway-authorizer": {"type": "token"}}, Guard.TOKEN),
        ({"x-amazon-apigateway-authorizer": {"type": "request"}}, Guard.REQUEST),
        ({"type": "oauth2"}, Guard.UNKNOWN),
    ],
)
def test_guard(scheme: dict[str, Any], guard: Guard) -> None:
    """Who keeps strangers out is told by the security scheme."""
    assert with_scheme(scheme).guard is guard


def test_no_security() -> None:
    """An operation may take back what the document asks for."""
    key = {"type": "apiKey", "name": "x-api-key"}
    schemes: dict[str, Any] = {"securityDefinitions": {"Key": key}, "security": [{"Key": []}]}
    assert route({}, **schemes).guard is Guard.API_KEY
    assert route({"security": []}, **schemes).guard is Guard.NONE


def test_policy() -> None:
    """A resource policy may refuse anybody, even where no scheme does."""
    [found] = routes_of_body(body({}), is_guarded_by_policy=True)
    assert found.guard is Guard.UNKNOWN


def test_authorizers() -> None:
    """Schemes with an authorizer are found in both forms of OpenAPI."""
    authorizer = {"type": "token", "authorizerUri": URI}
    scheme = {"Mine": {"x-amazon-apigateway-authorizer": authorizer}, "Key": {"type": "apiKey"}}
    for document in ({"securityDefinitions": scheme}, {"components": {"securitySchemes": scheme}}):
        assert list(authorizers_of_body(document)) == [("Mine", authorizer)]
    assert list(authorizers_of_body(None)) == []
