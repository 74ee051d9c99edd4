"""Tests of an API Gateway REST API: its stages, each of its routes, its authorizers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.api_route import (
    PRIVATE,
    SWITCHED_OFF,
    ApiRoute,
    Guard,
    authorizers_of_body,
    guard_of_authorizer,
    is_switched_off,
    routes_of_body,
    target_of,
)
from deployer.sanity.http_answer import Gateway
from deployer.sanity.resource_path import path_of
from deployer.sanity.route_tests import Stage, authorizer_test, guard_of, not_tested, tests_of
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::ApiGateway::RestApi",)
_POLICY: Final = "x-amazon-apigateway-policy"


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    api = resource
    routes = list(_routes(api, scene.deployed))
    names = stage_names(api, scene.deployed)
    for name in names:
        yield statement(api, f"is deployed as {name}", "rest_api.stage", {"api": api["physicalId"], "stage": name})
    yield from _unplaced(api, scene.deployed)
    if not routes or not names:
        what = "routes" if not routes else "stages"
        yield not_tested(api, "answers", f"the template does not say which {what} it has")
        return
    for name in names:
        stage = Stage(
            api=api,
            gateway=Gateway.REST,
            name=name,
            is_only=len(names) == 1,
            not_callable=_not_callable(api["properties"]),
        )
        for route in routes:
            yield from tests_of(route, stage, scene)
    yield from _authorizers(api, scene.deployed)


def stage_names(api: DeployedResource, deployed: Deployed) -> list[str]:
    """Of a deployment's own stage only where there is no other: SAM leaves one that nobody asked for."""
    for kind in ("AWS::ApiGateway::Stage", "AWS::ApiGateway::Deployment"):
        given = (each["properties"] for each in deployed.of_type(kind))
        names = {each.get("StageName") for each in given if each.get("RestApiId") == api["physicalId"]}
        if found := sorted(name for name in names if isinstance(name, str) and name):
            return found
    return []


def _routes(api: DeployedResource, deployed: Deployed) -> Iterator[ApiRoute]:
    body = api["properties"].get("Body")
    body = body if isinstance(body, dict) else {}
    has_policy = "Policy" in api["properties"] or _POLICY in body
    for route in routes_of_body(body, is_guarded_by_policy=has_policy):
        yield replace(route, path=canonical_path(route.path))
    for method in _methods(api, deployed):
        path = path_of(method["properties"].get("ResourceId"), deployed)
        if path:
            yield _route(method["properties"], path, deployed, has_policy=has_policy)


def _methods(api: DeployedResource, deployed: Deployed) -> Iterator[DeployedResource]:
    methods = deployed.of_type("AWS::ApiGateway::Method")
    return (each for each in methods if each["properties"].get("RestApiId") == api["physicalId"])


def _unplaced(api: DeployedResource, deployed: Deployed) -> Iterator[SanityTest]:
    """A method whose path cannot be told is not called: it would be somebody else's that is."""
    for method in _methods(api, deployed):
        if path_of(method["properties"].get("ResourceId"), deployed) is None:
            yield not_tested(api, f"serves {method['logicalId']}", "the template does not say its whole path")


def canonical_path(path: str) -> str:
    """A REST API's resources have names, so none ends with a slash, whatever the OpenAPI body says."""
    return path.rstrip("/") or "/"


def _route(method: Mapping[str, Any], path: str, deployed: Deployed, *, has_policy: bool) -> ApiRoute:
    integration = method.get("Integration")
    integration = integration if isinstance(integration, dict) else {}
    uri = integration.get("Uri")
    uri = uri if isinstance(uri, str) else None
    guard = _guard(method, deployed)
    return ApiRoute(
        method=str(method.get("HttpMethod", "GET")).upper(),
        path=path,
        target=target_of(integration.get("Type"), uri),
        guard=Guard.UNKNOWN if has_policy and guard is Guard.NONE else guard,
        uri=uri,
        has_credentials="Credentials" in integration,
        operation={"x-amazon-apigateway-integration": integration},
    )


def _guard(method: Mapping[str, Any], deployed: Deployed) -> Guard:
    authorizer = deployed.named(method.get("AuthorizerId"))
    kind = authorizer["properties"].get("Type") if authorizer else None
    guard = guard_of(method.get("AuthorizationType"), guard_of_authorizer(kind))
    needs_key = str(method.get("ApiKeyRequired", "")).lower() == "true"
    return Guard.API_KEY if needs_key and not guard.is_certain else guard


def _not_callable(properties: Mapping[str, Any]) -> str:
    endpoint = properties.get("EndpointConfiguration")
    types = endpoint.get("Types") if isinstance(endpoint, dict) else endpoint
    if "PRIVATE" in str(types):
        return PRIVATE
    return SWITCHED_OFF if is_switched_off(properties) else ""


def _authorizers(api: DeployedResource, deployed: Deployed) -> Iterator[SanityTest]:
    for name, given in authorizers_of_body(api["properties"].get("Body")):
        has_role = "authorizerCredentials" in given
        yield from authorizer_test(api, name, given.get("authorizerUri"), deployed, has_credentials=has_role)
    for authorizer in deployed.of_type("AWS::ApiGateway::Authorizer"):
        given = authorizer["properties"]
        if given.get("RestApiId") == api["physicalId"]:
            has_role = "AuthorizerCredentials" in given
            uri, name = given.get("AuthorizerUri"), authorizer["logicalId"]
            own_id = authorizer["physicalId"]
            yield from authorizer_test(api, name, uri, deployed, id=own_id, has_credentials=has_role)
