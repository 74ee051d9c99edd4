"""What is asked of a custom domain's base paths."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.deployed_stack import ACCOUNT, REGION, a_resource, a_scene

from deployer.sanity.base_path import API_KINDS, TYPES
from deployer.sanity.base_path import tests as generated
from deployer.sanity.identity import Place
from deployer.sanity.resolve import Resolver, StackFacts
from deployer.template.sam import expand

if TYPE_CHECKING:
    from deployer.sanity.sanity_test import SanityTest

REST = a_resource("ApiGateway::RestApi", "Orders", "rest1")
HTTP = a_resource("ApiGatewayV2::Api", "Web", "http1")
PRIVATE = f"arn:aws:apigateway:{REGION}:{ACCOUNT}:/domainnames/api.example.com+abcd1234"


def a_test(kind: str, physical_id: str = "mapping", **properties: Any) -> SanityTest:
    mapping = a_resource(kind, "Mapping", physical_id, **properties)
    [test] = generated(mapping, a_scene(mapping, REST, HTTP))
    return test


def of_rest(**properties: Any) -> SanityTest:
    given = {"DomainName": "api.example.com", "BasePath": "v1", "RestApiId": "rest1", "Stage": "prod"}
    return a_test("ApiGateway::BasePathMapping", "opaque", **(given | properties))


def of_either(physical_id: str = "onz3x0", **properties: Any) -> SanityTest:
    given = {"DomainName": "api.example.com", "ApiMappingKey": "v1/orders", "ApiId": "http1", "Stage": "$default"}
    return a_test("ApiGatewayV2::ApiMapping", physical_id, **(given | properties))


def test_rest_api() -> None:
    """The mapping is looked up by its domain and path, and not by its physical id."""
    test = of_rest()

    assert test["name"] == "Mapping leads to Orders"
    assert test["spec"] == {
        "domain": "api.example.com",
        "basePath": "v1",
        "api": "rest1",
        "label": "Orders",
        "stage": "prod",
        "kinds": ["AWS::ApiGateway::RestApi"],
    }


@pytest.mark.parametrize("given", [{"BasePath": ""}, {"BasePath": "(none)"}])
def test_rest_api_at_the_root(given: dict[str, str]) -> None:
    """AWS has a name for no base path."""
    assert of_rest(**given)["spec"]["basePath"] == "(none)"
    assert a_test("ApiGateway::BasePathMapping", DomainName="api.example.com")["spec"]["basePath"] == "(none)"


def test_rest_api_without_a_stage() -> None:
    """The caller names one: that is known, and not the same as a stage that is not known."""
    assert of_rest(Stage="")["spec"]["stage"] == ""
    assert of_rest(Stage=None)["spec"]["stage"] is None


def test_private_domain() -> None:
    """Several of one name may be there: its ARN says which one is meant."""
    mapping: dict[str, Any] = {"DomainNameArn": PRIVATE, "RestApiId": "rest1", "Stage": "prod"}

    spec = a_test("ApiGateway::BasePathMappingV2", **mapping)["spec"]

    assert (spec["domain"], spec["domainId"], spec["basePath"]) == ("api.example.com", "abcd1234", "(none)")


@pytest.mark.parametrize("physical_id", ["onz3x0", "onz3x0|api.example.com"])
def test_api_mapping(physical_id: str) -> None:
    """It has an id, behind which CloudFormation may write the domain."""
    test = of_either(physical_id)

    assert test["name"] == "Mapping leads to Web"
    assert test["spec"] == {
        "domain": "api.example.com",
        "basePath": "v1/orders",
        "mapping": "onz3x0",
        "api": "http1",
        "label": "Web",
        "stage": "$default",
        "kinds": ["AWS::ApiGatewayV2::Api"],
    }


def test_api_mapping_to_a_rest_api() -> None:
    """A newer mapping leads to either kind; of an API that is not the stack's it is not known which."""
    assert of_either(ApiId="rest1")["spec"]["kinds"] == ["AWS::ApiGateway::RestApi"]
    assert of_either(ApiId="other")["spec"]["kinds"] == list(API_KINDS)
    assert of_either(ApiId="other")["name"] == "Mapping leads to its API"


@pytest.mark.parametrize(
    ("test", "unknown"),
    [
        (of_rest(DomainName=None), "domain name"),
        (of_rest(BasePath=None), "base path"),
        (of_either(DomainName=None), "domain name"),
        (a_test("ApiGateway::BasePathMappingV2", DomainNameArn=None, RestApiId="rest1"), "domain name"),
    ],
)
def test_place_that_is_not_known(test: SanityTest, unknown: str) -> None:
    """Nothing can be looked up; the test says why."""
    assert test["skip"] == f"its {unknown} cannot be told from the template"


@pytest.mark.parametrize("test", [of_rest(RestApiId=None), of_rest(Stage=None), of_either(ApiMappingKey=None)])
def test_end_that_is_not_known(test: SanityTest) -> None:
    """The mapping can be looked up all the same."""
    assert "skip" not in test


DOMAIN = {"CertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/1", "BasePath": ["v1", "/"]}
TEMPLATE: dict[str, Any] = {
    "Transform": "AWS::Serverless-2016-10-31",
    "Resources": {
        "Orders": {
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "prod",
                "DefinitionBody": {"openapi": "3.0.1", "paths": {}},
                "Domain": {**DOMAIN, "DomainName": "rest.example.com", "EndpointConfiguration": "REGIONAL"},
            },
        },
        "Inner": {
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "live",
                "DefinitionBody": {"openapi": "3.0.1", "paths": {}},
                "EndpointConfiguration": "PRIVATE",
                "Domain": {**DOMAIN, "DomainName": "api.example.com", "EndpointConfiguration": "PRIVATE"},
            },
        },
        "Web": {
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {
                "DefinitionBody": {"openapi": "3.0.1", "paths": {}},
                "Domain": {**DOMAIN, "DomainName": "http.example.com"},
            },
        },
    },
}
PHYSICAL = {
    "AWS::ApiGateway::DomainName": "rest.example.com",
    "AWS::ApiGateway::DomainNameV2": PRIVATE,
    "AWS::ApiGatewayV2::DomainName": "http.example.com",
    "AWS::ApiGatewayV2::Stage": "$default",
}


def test_domain_of_sam() -> None:
    """The mappings that SAM makes of an API's `Domain`, in a stack, are known whole."""
    found = {test["name"]: test for test in from_sam()}

    assert {
        (name, *(test["spec"][key] for key in ("domain", "basePath", "stage"))) for name, test in found.items()
    } == {
        ("Ordersv1BasePathMapping leads to Orders", "rest.example.com", "v1", "prod"),
        ("OrdersBasePathMapping leads to Orders", "rest.example.com", "(none)", "prod"),
        ("Innerv1BasePathMapping leads to Inner", "api.example.com", "v1", "live"),
        ("InnerBasePathMapping leads to Inner", "api.example.com", "(none)", "live"),
        ("Webv1ApiMapping leads to Web", "http.example.com", "v1", "$default"),
        ("WebApiMapping leads to Web", "http.example.com", "(none)", "$default"),
    }
    assert all("skip" not in test for test in found.values())


def from_sam() -> list[SanityTest]:
    template = expand(TEMPLATE, {}, REGION)
    resources = template["Resources"]
    own = {name: each["Properties"].get("StageName", name) for name, each in resources.items()}
    facts = StackFacts(
        stack_id="stack",
        name="shop",
        place=Place(partition="aws", region=REGION, account_id=ACCOUNT),
        parameters={},
        physical_ids={name: PHYSICAL.get(each["Type"], own[name]) for name, each in resources.items()},
        nested_outputs={},
    )
    resolver = Resolver(template, facts)
    deployed = [
        a_resource(each["Type"][5:], name, facts.physical_ids[name], **resolver.properties(name))
        for name, each in resources.items()
    ]
    scene = a_scene(*deployed)
    return [test for each in deployed if each["type"] in TYPES for test in generated(each, scene)]
