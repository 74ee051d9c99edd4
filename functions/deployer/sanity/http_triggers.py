"""Which requests reach a function: routes of REST, HTTP and WebSocket APIs, their authorizers, function URLs.

Sources: AWS::ApiGateway::* and AWS::ApiGatewayV2::* in the CloudFormation User Guide, "OpenAPI extensions for API
Gateway" in the API Gateway Developer Guide.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.call import Call
from deployer.sanity.event_kind import EventKind
from deployer.sanity.function_names import is_meant
from deployer.sanity.payloads import MARKER, Origin, Route, http_event, rest_event
from deployer.sanity.properties import mapping
from deployer.sanity.resource_path import path_of
from deployer.sanity.service_events import CONTENT, authorizer_event, load_balancer_event, websocket_event

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource

_PARAMETER: Final = re.compile(r"\{([^{}]{1,100}?)\+?\}")
_METHODS: Final = ("get", "head", "options", "post", "put", "patch", "delete", "x-amazon-apigateway-any-method")
_INTEGRATION: Final = "x-amazon-apigateway-integration"
_ANY_PATH: Final = "/{proxy+}"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"


def made_up_route(method: str, pattern: str, api_id: str = MARKER) -> Route:
    """A request for the pattern: GET for any method, `sanity-test` for each name in the path, a body where due."""
    method = "GET" if method in {"ANY", "*"} else method
    names = dict.fromkeys(_PARAMETER.findall(pattern), MARKER)
    body = json.dumps(CONTENT) if method in {"POST", "PUT", "PATCH"} else None
    path = _PARAMETER.sub(MARKER, pattern)
    return Route(method=method, resource=pattern, path=path, path_parameters=names, body=body, api_id=api_id)


def method_calls(method: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::ApiGateway::Method."""
    given = method["properties"]
    integration = mapping(given.get("Integration"))
    if is_meant(function, integration.get("Uri"), deployed):
        path = path_of(given.get("ResourceId"), deployed) or _ANY_PATH
        yield _rest_call(str(given.get("HttpMethod", "GET")), path, integration.get("Type"))


def rest_api_calls(api: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::ApiGateway::RestApi with a Body."""
    body = mapping(api["properties"].get("Body"))
    for method, pattern, integration in _operations(body):
        if is_meant(function, integration.get("uri"), deployed):
            yield _rest_call(method, pattern, integration.get("type"))
    for name, authorizer in _authorizers(body):
        if is_meant(function, authorizer.get("authorizerUri"), deployed):
            kind = str(authorizer.get("type", "token")).upper()
            yield _authorizer_call(f"{kind}", name, api["physicalId"], deployed)


def http_api_calls(api: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::ApiGatewayV2::Api with a Body."""
    body = mapping(api["properties"].get("Body"))
    for method, pattern, integration in _operations(body):
        if is_meant(function, integration.get("uri"), deployed):
            yield http_call(method, pattern, integration.get("payloadFormatVersion"))
    for name, authorizer in _authorizers(body):
        if is_meant(function, authorizer.get("authorizerUri"), deployed):
            version = str(authorizer.get("authorizerPayloadFormatVersion", "2.0"))
            yield _authorizer_call("REQUEST" if version == "1.0" else "HTTP", name, api["physicalId"], deployed)


def integration_calls(
    integration: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::ApiGatewayV2::Integration, and the routes that lead to it."""
    given = integration["properties"]
    if not is_meant(function, given.get("IntegrationUri"), deployed):
        return
    for key in _route_keys(integration, deployed):
        if _is_websocket(given.get("ApiId"), deployed):
            yield Call(kind=EventKind.WEBSOCKET, event=websocket_event(key))
        else:
            method, _, pattern = key.partition(" ")
            yield http_call(method if pattern else "ANY", pattern or "$default", given.get("PayloadFormatVersion"))


def authorizer_calls(
    authorizer: DeployedResource, function: DeployedResource, deployed: Deployed
) -> Iterator[Call]:
    """AWS::ApiGateway::Authorizer and AWS::ApiGatewayV2::Authorizer."""
    given = authorizer["properties"]
    if not is_meant(function, given.get("AuthorizerUri"), deployed):
        return
    api = str(given.get("RestApiId") or given.get("ApiId") or MARKER)
    if "RestApiId" in given:
        kind = str(given.get("Type", "TOKEN"))
    else:
        kind = "HTTP" if given.get("AuthorizerPayloadFormatVersion") == "2.0" else "REQUEST"
    yield _authorizer_call(kind, _header_of(given.get("IdentitySource")), api, deployed)


def url_calls(url: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::Lambda::Url."""
    if is_meant(function, url["properties"].get("TargetFunctionArn"), deployed):
        yield http_call("GET", "$default", "2.0")


def target_group_calls(group: DeployedResource, function: DeployedResource, deployed: Deployed) -> Iterator[Call]:
    """AWS::ElasticLoadBalancingV2::TargetGroup."""
    targets = group["properties"].get("Targets")
    for target in targets if isinstance(targets, list) else []:
        if is_meant(function, mapping(target).get("Id"), deployed):
            yield Call(kind=EventKind.LOAD_BALANCER, event=load_balancer_event(group["physicalId"]), method="GET")


def http_call(method: str, pattern: str, version: Any) -> Call:
    """A route of an HTTP API, in the payload format of its integration."""
    route = made_up_route(method.upper(), pattern)
    if str(version) == "1.0":
        return Call(kind=EventKind.REST, event=rest_event(route), method=route.method)
    return Call(kind=EventKind.HTTP, event=http_event(route), method=route.method)


def _rest_call(method: str, pattern: str, integration_type: Any) -> Call:
    """Only a proxy integration gives the request as it is; others send what their mapping templates make."""
    if str(integration_type).upper() != "AWS_PROXY":
        return Call(kind=EventKind.PLAIN, event={}, origin=Origin.PLAIN)
    route = made_up_route(method.upper(), pattern)
    return Call(kind=EventKind.REST, event=rest_event(route), method=route.method)


def _authorizer_call(kind: str, header: str, api_id: str, deployed: Deployed) -> Call:
    known = {"TOKEN": EventKind.TOKEN_AUTHORIZER, "HTTP": EventKind.HTTP_AUTHORIZER}
    place = deployed.place
    arn = f"arn:{place.partition}:execute-api:{place.region}:{place.account_id}:{api_id}/test/GET/"
    found = known.get(kind.upper(), EventKind.REQUEST_AUTHORIZER)
    return Call(kind=found, event=authorizer_event(found, arn, header))


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for pattern, item in mapping(body.get("paths")).items():
        for method in _METHODS:
            if operation := mapping(mapping(item).get(method)):
                name = "ANY" if method.startswith("x-") else method.upper()
                yield name, str(pattern), mapping(operation.get(_INTEGRATION))


def _authorizers(body: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each authorizer with the header that it looks at."""
    schemes = [mapping(body.get("securityDefinitions"))]
    schemes.append(mapping(mapping(body.get("components")).get("securitySchemes")))
    for scheme in (mapping(each) for every in schemes for each in every.values()):
        if authorizer := mapping(scheme.get(_AUTHORIZER)):
            yield _header_of(authorizer.get("identitySource") or scheme.get("name")), authorizer


def _header_of(source: Any) -> str:
    """`Authorization` of method.request.header.Authorization, or of [$request.header.Authorization]."""
    first = source[0] if isinstance(source, list) and source else source
    name = str(first or "").split(",")[0].rpartition(".")[2].strip()
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,60}", name) else "Authorization"


def _route_keys(integration: DeployedResource, deployed: Deployed) -> list[str]:
    """A route's target is integrations/{id}; an integration's Ref is that id."""
    target = f"integrations/{integration['physicalId']}"
    routes = (route["properties"] for route in deployed.of_type("AWS::ApiGatewayV2::Route"))
    return [str(route.get("RouteKey") or "$default") for route in routes if route.get("Target") == target]


def _is_websocket(api_id: Any, deployed: Deployed) -> bool:
    api = deployed.named(api_id)
    return bool(api) and str(api["properties"].get("ProtocolType")) == "WEBSOCKET" if api else False
