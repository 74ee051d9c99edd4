"""What is asked of a REST API, an HTTP API and a function URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity import function_url, http_api, rest_api
from deployer.sanity.identity import ROOT_RESOURCE

if TYPE_CHECKING:
    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest

FUNCTION = arn("lambda", "function:orders")
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"
PROXY = {"type": "aws_proxy", "httpMethod": "POST", "uri": URI}
MOCK = {
    "type": "mock",
    "responses": {
        "default": {"responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"}}
    },
}


def operation(**fields: Any) -> dict[str, Any]:
    return {"x-amazon-apigateway-integration": PROXY, **fields}


def rest(paths: dict[str, Any], *others: DeployedResource, **properties: Any) -> dict[str, SanityTest]:
    api = a_resource("ApiGateway::RestApi", "Api", "rest1", Body={"paths": paths}, **properties)
    stages = others or (a_resource("ApiGateway::Stage", "Stage", "prod", RestApiId="rest1", StageName="prod"),)
    return {test["name"]: test for test in rest_api.tests(api, a_scene(api, a_function(), *stages))}


def http(body: Any, *others: DeployedResource, **properties: Any) -> dict[str, SanityTest]:
    api = a_resource("ApiGatewayV2::Api", "Api", "http1", **({"Body": body} if body else {}), **properties)
    stage = a_resource("ApiGatewayV2::Stage", "Stage", "$default", ApiId="http1", StageName="$default")
    return {test["name"]: test for test in http_api.tests(api, a_scene(api, a_function(), stage, *others))}


def test_rest_body() -> None:
    """Each operation of a body is tried by HTTP, and followed to its function."""
    tests = rest({"/orders/{id}": {"get": operation()}})

    assert list(tests) == [
        "Api is deployed as prod",
        "Api GET /orders/{id} calls Orders",
        "Api GET /orders/{id} answers",
    ]
    asked = tests["Api GET /orders/{id} answers"]["spec"]
    assert asked["address"] == {
        "pattern": "https://{id}.execute-api",
        "id": "rest1",
        "path": "/prod/orders/sanity-test",
        "query": "",
    }
    assert asked["invocation"]["event"]["pathParameters"] == {"id": "sanity-test"}
    edge = tests["Api GET /orders/{id} calls Orders"]["spec"]
    assert edge["function"] == FUNCTION
    assert arn("execute-api", "rest1/prod/GET/orders/*") in edge["sources"]


@pytest.mark.parametrize(("path", "known_as"), [("/orders/", "/orders"), ("/", "/")])
def test_slash_at_the_end(path: str, known_as: str) -> None:
    """A REST API knows a path without it."""
    tests = rest({path: {"get": operation()}})

    assert tests[f"Api GET {known_as} calls Orders"]["spec"]["path"] == known_as


def test_rest_resources() -> None:
    """Methods and resources of a template are put together to routes; the root is none of its resources."""
    api = a_resource("ApiGateway::RestApi", "Api", "rest1")
    others = [
        a_resource(
            "ApiGateway::Resource", "Orders2", "r1", RestApiId="rest1", ParentId=ROOT_RESOURCE, PathPart="orders"
        ),
        a_resource("ApiGateway::Resource", "One", "r2", RestApiId="rest1", ParentId="r1", PathPart="{id}"),
        a_resource(
            "ApiGateway::Method",
            "GetOne",
            "m1",
            RestApiId="rest1",
            ResourceId="r2",
            HttpMethod="GET",
            ApiKeyRequired="true",
            Integration={"Type": "AWS_PROXY", "Uri": URI},
        ),
        a_resource(
            "ApiGateway::Method",
            "Root",
            "m2",
            RestApiId="rest1",
            ResourceId=ROOT_RESOURCE,
            HttpMethod="ANY",
            AuthorizationType="CUSTOM",
            AuthorizerId="a1",
            Integration={"Type": "MOCK"},
        ),
        a_resource("ApiGateway::Authorizer", "Gate", "a1", RestApiId="rest1", Type="REQUEST", AuthorizerUri=URI),
        a_resource("ApiGateway::Deployment", "Deployment", "d1", RestApiId="rest1", StageName="v1"),
    ]

    tests = {test["name"]: test for test in rest_api.tests(api, a_scene(api, a_function(), *others))}

    assert list(tests) == [
        "Api is deployed as v1",
        "Api GET /orders/{id} calls Orders",
        "Api GET /orders/{id} refuses strangers",
        "Api ANY / is deployed",
        "Api ANY / answers",
        "Api asks Orders who may call (Gate)",
    ]
    assert tests["Api ANY / answers"]["spec"]["guard"] == "an authorizer of its own"
    assert tests["Api asks Orders who may call (Gate)"]["spec"]["sources"] == [
        arn("execute-api", "rest1/authorizers/a1")
    ]


@pytest.mark.parametrize(
    "above", [{"ParentId": None, "PathPart": "x"}, {"ParentId": ROOT_RESOURCE, "PathPart": None}]
)
def test_path_that_is_not_in_the_template(above: dict[str, Any]) -> None:
    """A method whose path only AWS knows is not called at another."""
    api = a_resource("ApiGateway::RestApi", "Api", "rest1")
    others = [
        a_resource("ApiGateway::Resource", "Some", "r1", RestApiId="rest1", **above),
        a_resource("ApiGateway::Method", "Get", "m1", RestApiId="rest1", ResourceId="r1", HttpMethod="GET"),
        a_resource("ApiGateway::Stage", "Stage", "prod", RestApiId="rest1", StageName="prod"),
    ]

    tests = {test["name"]: test for test in rest_api.tests(api, a_scene(api, *others))}

    assert list(tests) == ["Api is deployed as prod", "Api serves Get", "Api answers"]
    assert "whole path" in tests["Api serves Get"]["skip"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_unsafe(method: str) -> None:
    """A request that may change something is marked; to follow the route is not such a request."""
    tests = rest({"/x": {method: operation()}})
    marked = {name for name, test in tests.items() if test.get("isMutating")}
    assert marked == {f"Api {method.upper()} /x answers"}


def test_preflight() -> None:
    """A preflight that the gateway answers by itself is asked as a browser asks."""
    tests = rest({"/x": {"options": {"x-amazon-apigateway-integration": MOCK}}})
    spec = tests["Api OPTIONS /x answers"]["spec"]
    assert spec["expectsOrigin"]
    assert spec["headers"]["origin"] == "https://example.com"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"EndpointConfiguration": {"Types": ["PRIVATE"]}}, "it is private"),
        ({"DisableExecuteApiEndpoint": True}, "its own address is switched off"),
    ],
)
def test_not_callable(properties: dict[str, Any], reason: str) -> None:
    """An API that nobody reaches by its own address is followed, and not called."""
    tests = rest({"/x": {"get": operation()}}, **properties)
    assert tests["Api GET /x answers"]["skip"].startswith(reason)
    assert "skip" not in tests["Api GET /x calls Orders"]


def test_address_switched_off_in_the_body() -> None:
    """SAM says so there: at the root of a Swagger body, at the servers of an OpenAPI one."""
    off = {"x-amazon-apigateway-endpoint-configuration": {"disableExecuteApiEndpoint": True}}
    paths = {"/x": {"get": operation()}}
    stage = a_resource("ApiGateway::Stage", "Stage", "prod", RestApiId="rest1", StageName="prod")
    api = a_resource("ApiGateway::RestApi", "Api", "rest1", Body={"paths": paths, **off})

    [answers] = [each for each in rest_api.tests(api, a_scene(api, stage)) if each["name"].endswith("answers")]

    assert "switched off" in answers["skip"]
    assert "switched off" in http({"paths": paths, "servers": [off]})["Api GET /x answers"]["skip"]


def test_authorizer_by_an_alias() -> None:
    """It is the alias whose policy is asked."""
    gate = {
        "type": "apiKey",
        "x-amazon-apigateway-authorizer": {"authorizerUri": URI.replace("orders", "orders:live")},
    }
    body = {"paths": {"/x": {"get": operation()}}, "securityDefinitions": {"Gate": gate}}
    api = a_resource("ApiGateway::RestApi", "Api", "rest1", Body=body)
    stage = a_resource("ApiGateway::Stage", "Stage", "prod", RestApiId="rest1", StageName="prod")

    tests = {test["name"]: test for test in rest_api.tests(api, a_scene(api, a_function(), stage))}

    assert tests["Api asks Orders who may call (Gate)"]["spec"]["function"] == f"{FUNCTION}:live"


def test_stages() -> None:
    """With several stages each is tested, and said."""
    stages = [a_resource("ApiGateway::Stage", n, n, RestApiId="rest1", StageName=n) for n in ("prod", "dev")]
    names = list(rest({"/x": {"get": operation()}}, *stages))
    assert "Api (dev) GET /x answers" in names
    assert "Api (prod) GET /x answers" in names


def test_nothing_known() -> None:
    """An API whose routes are in a file that is not here says so."""
    api = a_resource("ApiGateway::RestApi", "Api", "rest1", BodyS3Location={"Bucket": "b"})
    [test] = rest_api.tests(api, a_scene(api))
    assert test["skip"] == "the template does not say which routes it has"


@pytest.mark.parametrize("id", ["rest1/../x", "x.evil.com", ""])
def test_hostile_id(id: str) -> None:
    """For an id that AWS would not make, no request is made."""
    api = a_resource("ApiGateway::RestApi", "Api", id, Body={"paths": {"/x": {"get": operation()}}})
    stage = a_resource("ApiGateway::Stage", "Stage", "prod", RestApiId=id, StageName="prod")
    tests = {test["name"]: test for test in rest_api.tests(api, a_scene(api, stage))}
    assert "no request can be made" in tests["Api GET /x answers"]["skip"]


def test_http_body() -> None:
    """The default route is tried at the root, with CORS where the body has it."""
    any_method = {"x-amazon-apigateway-any-method": operation()}
    tests = http(
        {"paths": {"/$default": any_method}, "x-amazon-apigateway-cors": {"allowOrigins": ["https://a.b"]}}
    )

    assert list(tests) == [
        "Api is deployed as $default",
        "Api $default calls Orders",
        "Api $default answers",
        "Api answers a browser's preflight",
    ]
    assert tests["Api $default answers"]["spec"]["address"]["path"] == "/"
    assert tests["Api answers a browser's preflight"]["spec"]["headers"]["origin"] == "https://a.b"


def test_http_resources() -> None:
    """Routes lead to integrations by their targets."""
    others = [
        a_resource(
            "ApiGatewayV2::Integration", "I", "i1", ApiId="http1", IntegrationType="AWS_PROXY", IntegrationUri=URI
        ),
        a_resource(
            "ApiGatewayV2::Route",
            "R",
            "r1",
            ApiId="http1",
            RouteKey="GET /orders/{id}",
            Target="integrations/i1",
            AuthorizationType="JWT",
        ),
    ]
    tests = http(None, *others)
    assert list(tests)[1:] == ["Api GET /orders/{id} calls Orders", "Api GET /orders/{id} refuses strangers"]


def test_http_quick() -> None:
    """A target alone is a default route at a default stage."""
    api = a_resource("ApiGatewayV2::Api", "Api", "http1", Target=FUNCTION, ProtocolType="HTTP")
    names = [test["name"] for test in http_api.tests(api, a_scene(api, a_function()))]
    assert names == ["Api is deployed as $default", "Api $default calls Orders", "Api $default answers"]


def test_websocket() -> None:
    """A WebSocket API is followed, and not called."""
    others = [
        a_resource(
            "ApiGatewayV2::Integration", "I", "i1", ApiId="http1", IntegrationType="AWS_PROXY", IntegrationUri=URI
        ),
        a_resource("ApiGatewayV2::Route", "R", "r1", ApiId="http1", RouteKey="$connect", Target="integrations/i1"),
    ]
    tests = http(None, *others, ProtocolType="WEBSOCKET")
    assert "skip" not in tests["Api $connect calls Orders"]
    assert "WebSocket" in tests["Api $connect answers"]["skip"]


def url(**properties: Any) -> dict[str, SanityTest]:
    resource = a_resource("Lambda::Url", "Url", "url", TargetFunctionArn="orders", **properties)
    permission = a_resource(
        "Lambda::Permission",
        "Public",
        "p",
        FunctionName="orders",
        Principal="*",
        Action="lambda:InvokeFunctionUrl",
        FunctionUrlAuthType="NONE",
    )
    scene = a_scene(resource, a_function(), permission)
    return {test["name"]: test for test in function_url.tests(resource, scene)}


def test_function_url() -> None:
    """A public URL answers, and its function lets everybody call; one with IAM refuses."""
    assert list(url(AuthType="NONE")) == ["Url answers", "Url lets everybody call"]
    assert list(url(AuthType="AWS_IAM")) == ["Url refuses strangers"]
    assert "Url answers a browser's preflight" in url(AuthType="NONE", Cors={"AllowOrigins": ["*"]})
