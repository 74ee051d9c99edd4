"""APIs of every kind on the embedded platform: what tests them passes, and notices whatever is cut."""

from __future__ import annotations

import json
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from botocore.exceptions import ClientError
from local.api_bodies import ApiBodies

from deployer.aws.checks import function_urls, http_apis, rest_apis, routes
from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.aws.deployed_stacks import stack_record
from deployer.aws.stacks import Stacks
from deployer.sanity import function_url, http_api, rest_api
from deployer.sanity.deployed import Deployed
from deployer.sanity.sanity_test import Outcome, Verdict
from deployer.sanity.scene import Addresses, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from local.platform import Platform

    from deployer.sanity.sanity_test import SanityTest

CHECKS = {**routes.CHECKS, **rest_apis.CHECKS, **http_apis.CHECKS, **function_urls.CHECKS}
GENERATORS = {kind: module.tests for module in (rest_api, http_api, function_url) for kind in module.TYPES}
CODE = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}\n"


def event(kind: str, path: str, method: str, api: str) -> dict[str, Any]:
    owner = {"Api": "RestApiId", "HttpApi": "ApiId"}[kind]
    return {"Type": kind, "Properties": {"Path": path, "Method": method, owner: {"Ref": api}}}


TEMPLATE = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Rest": {
            "Type": "AWS::Serverless::Api",
            "Properties": {"StageName": "prod", "Cors": "'*'", "Auth": {"ApiKeyRequired": False}},
        },
        "Http": {
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {"CorsConfiguration": {"AllowOrigins": ["https://shop.example"]}},
        },
        "Hello": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "Handler": "index.handler",
                "Runtime": "python3.13",
                "InlineCode": CODE,
                "FunctionUrlConfig": {"AuthType": "NONE"},
                "Events": {
                    "Any": event("Api", "/any/{proxy+}", "any", "Rest"),
                    "Get": event("Api", "/orders/{id}", "get", "Rest"),
                    "New": event("HttpApi", "/orders/{id}", "get", "Http"),
                },
            },
        },
    },
}


@dataclass(frozen=True)
class Shop:
    """A deployed stack, its tests, and the platform that it is on."""

    platform: Platform
    tests: dict[str, SanityTest]
    ids: dict[str, str]

    def outcome(self, name: str) -> Outcome:
        """As the runner has it: what does not exist fails."""
        test = self.tests[name]
        try:
            return CHECKS[test["check"]](test["spec"])
        except ClientError as error:
            assert is_missing(error)
            return Outcome(status=Verdict.FAIL, error=str(error))

    def verdicts(self) -> dict[str, Verdict]:
        return {name: self.outcome(name).status for name in self.tests}

    def failing(self) -> set[str]:
        return {name for name, status in self.verdicts().items() if status is Verdict.FAIL}


@pytest.fixture
def shop(bare_platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name, value in {
        "AWS_ENDPOINT_URL": bare_platform.endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    client.cache_clear()
    cloudformation = client("cloudformation")
    stack_id = cloudformation.create_stack(
        StackName="routes",
        TemplateBody=json.dumps(TEMPLATE),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )["StackId"]
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack_id)
    ApiBodies(bare_platform).look()
    yield _shop(bare_platform, stack_id)
    cloudformation.delete_stack(StackName=stack_id)
    cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack_id)
    client.cache_clear()


def _shop(platform: Platform, stack_id: str) -> Shop:
    base = platform.endpoint_url + "/_aws"
    addresses = Addresses(execute_api=f"{base}/execute-api/{{id}}", function_url=f"{base}/lambda-url/{{id}}")
    deployed = Deployed(stack_record(Stacks("role"), stack_id, own_stack_id=""))
    scene = Scene(deployed=deployed, files={}, addresses=addresses, allow_mutating=False)
    known = [resource for resource in deployed.resources if resource["type"] in GENERATORS]
    tests = [test for resource in known for test in GENERATORS[resource["type"]](resource, scene)]
    ids = {resource["logicalId"]: resource["physicalId"] for resource in deployed.resources}
    return Shop(platform, {test["name"]: test for test in tests}, ids)


def test_clean(shop: Shop) -> None:
    """Each route of each API passes: ANY and mock responses of a Body, and all of an HTTP API, are there."""
    assert set(shop.tests) >= {
        "Rest ANY /any/{proxy+} answers",
        "Rest GET /orders/{id} calls Hello",
        "Rest OPTIONS /orders/{id} answers",
        "Http GET /orders/{id} answers",
        "Http answers a browser's preflight",
        "HelloUrl answers",
    }
    assert {name: str(status) for name, status in shop.verdicts().items() if status is not Verdict.PASS} == {}


def test_permissions_removed(shop: Shop) -> None:
    """A function that nobody may call fails for each of its routes, whatever the platform enforces."""
    for statement in json.loads(client("lambda").get_policy(FunctionName=shop.ids["Hello"])["Policy"])[
        "Statement"
    ]:
        client("lambda").remove_permission(FunctionName=shop.ids["Hello"], StatementId=statement["Sid"])

    assert shop.failing() == {
        "Rest ANY /any/{proxy+} calls Hello",
        "Rest GET /orders/{id} calls Hello",
        "Http GET /orders/{id} calls Hello",
        "HelloUrl lets everybody call",
    }


def without_integration(shop: Shop) -> None:
    apis = client("apigateway")
    resources = apis.get_resources(restApiId=shop.ids["Rest"])["items"]
    found = next(each["id"] for each in resources if each["path"] == "/orders/{id}")
    apis.delete_integration(restApiId=shop.ids["Rest"], resourceId=found, httpMethod="GET")


def without_method(shop: Shop) -> None:
    apis = client("apigateway")
    resources = apis.get_resources(restApiId=shop.ids["Rest"])["items"]
    found = next(each["id"] for each in resources if each["path"] == "/orders/{id}")
    apis.delete_method(restApiId=shop.ids["Rest"], resourceId=found, httpMethod="GET")


@pytest.mark.parametrize("cut", [without_integration, without_method])
def test_rest_route_cut(shop: Shop, cut: Callable[[Shop], None]) -> None:
    """A REST route without its integration, or without its method, fails by HTTP and by its configuration."""
    cut(shop)
    assert shop.failing() == {"Rest GET /orders/{id} answers", "Rest GET /orders/{id} calls Hello"}


def test_rest_stage_deleted(shop: Shop) -> None:
    """Without its stage every route fails."""
    client("apigateway").delete_stage(restApiId=shop.ids["Rest"], stageName="prod")
    assert shop.outcome("Rest GET /orders/{id} answers").error.endswith("there is no stage prod")
    assert shop.outcome("Rest GET /orders/{id} calls Hello").status is Verdict.FAIL


def route_of(shop: Shop) -> dict[str, Any]:
    [found] = client("apigatewayv2").get_routes(ApiId=shop.ids["Http"])["Items"]
    return dict(found)


def without_route(shop: Shop) -> None:
    client("apigatewayv2").delete_route(ApiId=shop.ids["Http"], RouteId=route_of(shop)["RouteId"])


def without_http_integration(shop: Shop) -> None:
    name = route_of(shop)["Target"].rpartition("/")[2]
    client("apigatewayv2").delete_integration(ApiId=shop.ids["Http"], IntegrationId=name)


def elsewhere(shop: Shop) -> None:
    name = route_of(shop)["Target"].rpartition("/")[2]
    given = client("apigatewayv2").get_integration(ApiId=shop.ids["Http"], IntegrationId=name)
    uri = given["IntegrationUri"].replace(shop.ids["Hello"], "nobody")
    client("apigatewayv2").update_integration(ApiId=shop.ids["Http"], IntegrationId=name, IntegrationUri=uri)


@pytest.mark.parametrize("cut", [without_route, without_http_integration, elsewhere])
def test_http_route_cut(shop: Shop, cut: Callable[[Shop], None]) -> None:
    """An HTTP API's route that is gone, leads nowhere or elsewhere fails by HTTP and by its configuration."""
    cut(shop)
    assert shop.failing() >= {"Http GET /orders/{id} answers", "Http GET /orders/{id} calls Hello"}


def test_function_deleted(shop: Shop) -> None:
    """Without the function every edge to it fails."""
    client("lambda").delete_function(FunctionName=shop.ids["Hello"])
    assert "Rest GET /orders/{id} calls Hello" in shop.failing()
    assert "does not exist" in shop.outcome("Http GET /orders/{id} calls Hello").error


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("def handler(event, context):\n    raise RuntimeError('boom')\n", "boom"),
        ("def handler(event, context):\n    return {'statusCode': 'none'}\n", "malformed"),
    ],
)
def test_broken_code(shop: Shop, code: str, why: str) -> None:
    """A function that fails whatever it is asked fails its routes, and is said to be the reason."""
    client("lambda").update_function_code(FunctionName=shop.ids["Hello"], ZipFile=zipped(code))
    outcome = shop.outcome("Http GET /orders/{id} answers")
    assert outcome.status is Verdict.FAIL
    assert why in outcome.error


def zipped(code: str) -> bytes:
    with BytesIO() as file:
        with ZipFile(file, "w") as archive:
            archive.writestr("index.py", code)
        return file.getvalue()


def test_looked_at_again(shop: Shop) -> None:
    """Nothing is added twice."""
    bodies = ApiBodies(shop.platform)
    bodies.look()
    bodies.look()
    assert len(client("apigatewayv2").get_routes(ApiId=shop.ids["Http"])["Items"]) == 1
