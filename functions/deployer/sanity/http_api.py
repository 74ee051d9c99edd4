"""Tests of an API Gateway HTTP API: its stages, routes, authorizers, CORS; of a WebSocket API, where it leads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.address import Address, AddressRefused
from deployer.sanity.api_route import (
    ANY,
    DEFAULT,
    SWITCHED_OFF,
    ApiRoute,
    Guard,
    Target,
    authorizers_of_body,
    guard_of_authorizer,
    is_switched_off,
    routes_of_body,
    target_of,
)
from deployer.sanity.http_answer import Gateway
from deployer.sanity.http_example import example
from deployer.sanity.route_tests import (
    ORIGIN,
    Stage,
    authorizer_test,
    guard_of,
    not_tested,
    preflight_headers,
    tests_of,
)
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::ApiGatewayV2::Api",)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    api = resource
    routes, names = list(_routes(api, scene.deployed)), stage_names(api, scene.deployed)
    for name in names:
        yield statement(api, f"is deployed as {name}", "http_api.stage", {"api": api["physicalId"], "stage": name})
    if not routes or not names:
        what = "routes" if not routes else "stages"
        yield not_tested(api, "answers", f"the template does not say which {what} it has")
        return
    for name in names:
        stage = Stage(
            api=api,
            gateway=Gateway.HTTP,
            name=name,
            is_only=len(names) == 1,
            not_callable=_not_callable(api["properties"]),
        )
        for route in routes:
            yield from tests_of(route, stage, scene)
        yield from _preflight(routes[0], stage, scene)
    yield from _authorizers(api, scene.deployed)


def stage_names(api: DeployedResource, deployed: Deployed) -> list[str]:
    given = (each["properties"] for each in deployed.of_type("AWS::ApiGatewayV2::Stage"))
    names = {each.get("StageName") for each in given if each.get("ApiId") == api["physicalId"]}
    found = sorted(name for name in names if isinstance(name, str) and name)
    return found or ([DEFAULT] if "Target" in api["properties"] else [])  # quick create makes one


def _routes(api: DeployedResource, deployed: Deployed) -> Iterator[ApiRoute]:
    properties = api["properties"]
    body = properties.get("Body")
    if isinstance(body, dict):
        yield from routes_of_body(body)
    if "Target" in properties:
        yield _quick_route(properties)
    for route in deployed.of_type("AWS::ApiGatewayV2::Route"):
        if route["properties"].get("ApiId") == api["physicalId"]:
            yield _route(route["properties"], deployed)


def _quick_route(properties: Mapping[str, Any]) -> ApiRoute:
    """Source: `Target` and `RouteKey` of AWS::ApiGatewayV2::Api."""
    target = properties["Target"]
    uri = target if isinstance(target, str) else None
    kind = "HTTP_PROXY" if str(uri).startswith("http") else "AWS_PROXY"
    method, path = _key(properties.get("RouteKey"))
    return ApiRoute(
        method=method,
        path=path,
        target=target_of(kind, uri),
        guard=Guard.NONE,
        uri=uri,
        payload_format="2.0",
        has_credentials="CredentialsArn" in properties,
    )


def _route(route: Mapping[str, Any], deployed: Deployed) -> ApiRoute:
    integration = deployed.named(str(route.get("Target")).removeprefix("integrations/"))
    given = integration["properties"] if integration else {}
    uri = given.get("IntegrationUri")
    uri = uri if isinstance(uri, str) else None
    method, path = _key(route.get("RouteKey"))
    authorizer = deployed.named(route.get("AuthorizerId"))
    kind = authorizer["properties"].get("AuthorizerType") if authorizer else None
    is_service = "IntegrationSubtype" in given
    return ApiRoute(
        method=method,
        path=path,
        target=Target.SERVICE if is_service else target_of(given.get("IntegrationType"), uri),
        guard=guard_of(route.get("AuthorizationType"), guard_of_authorizer(kind)),
        uri=uri,
        payload_format=str(given.get("PayloadFormatVersion", "1.0")),
        has_credentials="CredentialsArn" in given,
    )


def _key(route_key: Any) -> tuple[str, str]:
    """Of a WebSocket API, the key is a word and stands for itself."""
    method, _, path = str(route_key or DEFAULT).partition(" ")
    return (method.upper(), path) if path else (ANY, method)


def _not_callable(properties: Mapping[str, Any]) -> str:
    if properties.get("ProtocolType") == "WEBSOCKET":
        return "a WebSocket API is called by no HTTP request"
    return SWITCHED_OFF if is_switched_off(properties) else ""


def _preflight(route: ApiRoute, stage: Stage, scene: Scene) -> Iterator[SanityTest]:
    """Where CORS is configured, the gateway itself answers a browser's OPTIONS."""
    origins = _origins(stage.api["properties"])
    if not origins or stage.not_callable:
        return
    origin = ORIGIN if "*" in origins[0] else origins[0]
    try:
        path = stage.prefix + example(route, scene.examples).path
        address = Address(pattern=scene.addresses.execute_api, id=stage.api["physicalId"], path=path)
    except AddressRefused:
        return
    spec = {"stage": stage.name, "address": address.fields, "headers": preflight_headers(origin)}
    yield statement(stage.api, stage.titled("answers a browser's preflight"), "http_api.cors", spec)


def _origins(properties: Mapping[str, Any]) -> list[str]:
    body = properties.get("Body")
    in_body = body.get("x-amazon-apigateway-cors") if isinstance(body, dict) else None
    given = properties.get("CorsConfiguration") or in_body
    found = given.get("AllowOrigins", given.get("allowOrigins")) if isinstance(given, dict) else None
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []


def _authorizers(api: DeployedResource, deployed: Deployed) -> Iterator[SanityTest]:
    for name, given in authorizers_of_body(api["properties"].get("Body")):
        has_role = "authorizerCredentials" in given
        yield from authorizer_test(api, name, given.get("authorizerUri"), deployed, has_credentials=has_role)
    for authorizer in deployed.of_type("AWS::ApiGatewayV2::Authorizer"):
        given = authorizer["properties"]
        if given.get("ApiId") == api["physicalId"]:
            has_role = "AuthorizerCredentialsArn" in given
            uri, name = given.get("AuthorizerUri"), authorizer["logicalId"]
            own_id = authorizer["physicalId"]
            yield from authorizer_test(api, name, uri, deployed, id=own_id, has_credentials=has_role)
