"""Base paths of custom domains: each leads to the API and the stage of its template, and both are there."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.deployed_stack import ACCOUNT, REGION, Stack, a_resource

from deployer.aws.checks.base_paths import CHECKS
from deployer.aws.clients import client
from deployer.sanity.base_path import tests as generated

DOMAIN = "api.example.com"
PRIVATE = f"arn:aws:apigateway:{REGION}:{ACCOUNT}:/domainnames/{DOMAIN}+abcd1234"
TO_REST = "Mapping leads to Orders"
TO_HTTP = "Mapping leads to Web"


def make_rest_api(*stages: str) -> str:
    """Its id."""
    apis = client("apigateway")
    api = str(apis.create_rest_api(name="orders")["id"])
    root = apis.get_resources(restApiId=api)["items"][0]["id"]
    apis.put_method(restApiId=api, resourceId=root, httpMethod="GET", authorizationType="NONE")
    apis.put_integration(restApiId=api, resourceId=root, httpMethod="GET", type="MOCK")
    for stage in stages:
        apis.create_deployment(restApiId=api, stageName=stage)
    return api


def make_http_api(*stages: str) -> str:
    """Its id."""
    api = str(client("apigatewayv2").create_api(Name="web", ProtocolType="HTTP")["ApiId"])
    for stage in stages:
        client("apigatewayv2").create_stage(ApiId=api, StageName=stage)
    return api


@pytest.fixture
def rest(aws: None) -> str:
    """A REST API whose stage prod is at /v1 of the domain."""
    api = make_rest_api("prod", "beta")
    client("apigateway").create_domain_name(domainName=DOMAIN, regionalCertificateArn="arn:aws:acm:x")
    client("apigateway").create_base_path_mapping(domainName=DOMAIN, basePath="v1", restApiId=api, stage="prod")
    return api


def of_rest(api: str, **properties: Any) -> Stack:
    given = {"DomainName": DOMAIN, "BasePath": "v1", "RestApiId": api, "Stage": "prod"}
    mapping = a_resource("ApiGateway::BasePathMapping", "Mapping", "opaque", **(given | properties))
    return Stack(generated, CHECKS, mapping, a_resource("ApiGateway::RestApi", "Orders", api))


def moved(*changes: tuple[str, str]) -> None:
    operations = [{"op": "replace", "path": path, "value": value} for path, value in changes]
    client("apigateway").update_base_path_mapping(domainName=DOMAIN, basePath="v1", patchOperations=operations)


def test_rest_mapping_as_in_its_template(rest: str) -> None:
    """All is well."""
    outcome = of_rest(rest).outcome(TO_REST)

    assert outcome.status == "pass"
    assert outcome.evidence == {"basePath": "v1", "api": rest, "stage": "prod"}
    assert outcome.reproduce == f"aws apigateway get-base-path-mapping --domain-name {DOMAIN} --base-path v1"


def test_rest_mapping_that_is_gone(rest: str) -> None:
    """Nothing is at the path any more."""
    client("apigateway").delete_base_path_mapping(domainName=DOMAIN, basePath="v1")

    assert of_rest(rest).failures() == {
        TO_REST: "api.example.com/v1 has no mapping any more: map it to Orders again"
    }


def test_domain_that_is_gone(rest: str) -> None:
    """The mapping is gone with it, and the evidence has AWS's own words."""
    client("apigateway").delete_domain_name(domainName=DOMAIN)

    outcome = of_rest(rest).outcome(TO_REST)

    assert (outcome.status, outcome.may_pass_later) == ("fail", True)
    assert "domain name" in outcome.evidence["answer"]


def test_rest_mapping_to_another_api(rest: str) -> None:
    """It answers, and with what is somebody else's."""
    other = make_rest_api("prod")
    moved(("/restapiId", other))

    told = f"api.example.com/v1 leads to API {other}, not to Orders: map it to API {rest} again"
    assert of_rest(rest).failures() == {TO_REST: told}


def test_rest_mapping_to_another_stage(rest: str) -> None:
    """It answers, and with what is not meant for users."""
    moved(("/stage", "beta"))

    told = "api.example.com/v1 leads to stage beta of Orders, not to stage prod: map it to stage prod again"
    assert of_rest(rest).failures() == {TO_REST: told}


def test_rest_mapping_without_a_stage(rest: str) -> None:
    """That is as it should be where the template names none, and a fault where it does."""
    client("apigateway").create_base_path_mapping(domainName=DOMAIN, basePath="v2", restApiId=rest)

    assert of_rest(rest, BasePath="v2", Stage="").verdicts() == {TO_REST: "pass"}
    assert "leads to no stage of Orders" in of_rest(rest, BasePath="v2").failures()[TO_REST]
    assert "map it to no stage again" in of_rest(rest, Stage="").failures()[TO_REST]


def test_stage_that_is_gone(rest: str) -> None:
    """The mapping is as it was, and leads nowhere."""
    client("apigateway").delete_stage(restApiId=rest, stageName="prod")

    outcome = of_rest(rest).outcome(TO_REST)

    told = f"leads to stage prod of API {rest}, which does not exist: deploy the API to prod again"
    assert outcome.error == f"api.example.com/v1 {told}"
    assert outcome.reproduce == f"aws apigateway get-stages --rest-api-id {rest}"


def test_api_that_is_gone(rest: str) -> None:
    """It is the API that is missed, not its stage."""
    client("apigateway").delete_rest_api(restApiId=rest)

    assert f"leads to API {rest}, which does not exist: deploy the stack" in of_rest(rest).failures()[TO_REST]


@pytest.mark.parametrize(("unknown", "word"), [("RestApiId", "API"), ("Stage", "stage")])
def test_end_that_is_not_known(rest: str, unknown: str, word: str) -> None:
    """That it leads to what exists is no pass; that it is gone, or leads to what does not exist, is a fault."""
    name = "Mapping leads to its API" if unknown == "RestApiId" else TO_REST
    stack = of_rest(rest, **{unknown: None})

    outcome = stack.outcome(name)
    client("apigateway").delete_stage(restApiId=rest, stageName="prod")

    assert outcome.status == "skip"
    assert f"to which {word} it should lead" in outcome.error
    assert "does not exist" in stack.failures()[name]


def test_private_domain(aws: None) -> None:
    """AWS is asked for the domain of that id."""
    mapping = a_resource("ApiGateway::BasePathMappingV2", "Mapping", "opaque", DomainNameArn=PRIVATE)
    api = make_rest_api("prod")
    mapping["properties"] |= {"RestApiId": api, "Stage": "prod"}
    stack = Stack(generated, CHECKS, mapping, a_resource("ApiGateway::RestApi", "Orders", api))
    asked = {"domainName": DOMAIN, "domainNameId": "abcd1234", "basePath": "(none)"}
    with Stubber(client("apigateway")) as stub:
        stub.add_response(
            "get_base_path_mapping", {"basePath": "(none)", "restApiId": api, "stage": "prod"}, asked
        )
        stub.add_response("get_rest_api", {}, {"restApiId": api})
        stub.add_response("get_stage", {}, {"restApiId": api, "stageName": "prod"})
        outcome = stack.outcome(TO_REST)

    assert outcome.status == "pass"
    assert outcome.reproduce.endswith("--base-path '(none)' --domain-name-id abcd1234")


def test_look_that_is_refused(rest: str) -> None:
    """That is the runner's to tell: nothing is gone."""
    with Stubber(client("apigateway")) as stub:
        stub.add_client_error("get_base_path_mapping", "AccessDeniedException")
        with pytest.raises(ClientError):
            of_rest(rest).outcome(TO_REST)


def test_look_at_a_stage_that_is_refused(rest: str) -> None:
    """Nor is a stage gone at which we may not look."""
    found = {"basePath": "v1", "restApiId": rest, "stage": "prod"}
    with Stubber(client("apigateway")) as stub:
        stub.add_response("get_base_path_mapping", found)
        stub.add_response("get_rest_api", {})
        stub.add_client_error("get_stage", "AccessDeniedException")
        with pytest.raises(ClientError):
            of_rest(rest).outcome(TO_REST)


@pytest.fixture
def http(aws: None) -> tuple[str, str]:
    """An HTTP API whose default stage is at /v1/web of the domain, and the mapping's id."""
    api = make_http_api("$default", "beta")
    client("apigatewayv2").create_domain_name(DomainName=DOMAIN)
    return api, make_api_mapping(api)


def make_api_mapping(api: str, stage: str = "$default", key: str = "v1/web") -> str:
    """Its id."""
    made = client("apigatewayv2").create_api_mapping(DomainName=DOMAIN, ApiId=api, Stage=stage, ApiMappingKey=key)
    return str(made["ApiMappingId"])


def of_http(api: str, mapping: str, **properties: Any) -> Stack:
    given = {"DomainName": DOMAIN, "ApiMappingKey": "v1/web", "ApiId": api, "Stage": "$default"}
    resource = a_resource("ApiGatewayV2::ApiMapping", "Mapping", mapping, **(given | properties))
    return Stack(generated, CHECKS, resource, a_resource("ApiGatewayV2::Api", "Web", api))


def test_api_mapping_as_in_its_template(http: tuple[str, str]) -> None:
    """All is well."""
    api, mapping = http

    outcome = of_http(api, mapping).outcome(TO_HTTP)

    assert outcome.status == "pass"
    assert outcome.evidence == {"basePath": "v1/web", "api": api, "stage": "$default"}
    assert outcome.reproduce.endswith(f"--domain-name {DOMAIN} --api-mapping-id {mapping}")


def test_api_mapping_that_is_gone(http: tuple[str, str]) -> None:
    """Nothing is at the path any more."""
    api, mapping = http
    client("apigatewayv2").delete_api_mapping(DomainName=DOMAIN, ApiMappingId=mapping)

    assert of_http(api, mapping).failures() == {
        TO_HTTP: "api.example.com/v1/web has no mapping any more: map it to Web again"
    }


def test_api_mapping_that_leads_elsewhere(http: tuple[str, str]) -> None:
    """Another API, another stage and another path are each told apart."""
    api, _ = http
    other = make_http_api("$default")
    at_another_path = of_http(api, make_api_mapping(api, key="v2")).failures()
    to_another_stage = of_http(api, make_api_mapping(api, stage="beta")).failures()
    to_another_api = of_http(api, make_api_mapping(other)).failures()

    assert "is for the base path v2 now" in at_another_path[TO_HTTP]
    assert "leads to stage beta of Web, not to stage $default" in to_another_stage[TO_HTTP]
    assert f"leads to API {other}, not to Web" in to_another_api[TO_HTTP]


def test_http_stage_that_is_gone(http: tuple[str, str]) -> None:
    """The mapping is as it was, and leads nowhere."""
    api, mapping = http
    client("apigatewayv2").delete_stage(ApiId=api, StageName="$default")

    outcome = of_http(api, mapping).outcome(TO_HTTP)

    assert f"leads to stage $default of API {api}, which does not exist" in outcome.error
    assert outcome.reproduce == f"aws apigatewayv2 get-stages --api-id {api}"


def test_http_api_that_is_gone(http: tuple[str, str]) -> None:
    """It is the API that is missed, not its stage."""
    api, mapping = http
    client("apigatewayv2").delete_api(ApiId=api)

    assert f"leads to API {api}, which does not exist" in of_http(api, mapping).failures()[TO_HTTP]


def test_api_mapping_to_an_api_of_another_stack(aws: None) -> None:
    """Which kind it is shows where it is found."""
    api = make_rest_api("prod")
    spec: dict[str, Any] = {
        "domain": DOMAIN,
        "mapping": "onz3x0",
        "basePath": None,
        "api": api,
        "label": "its API",
    }
    spec |= {"stage": "prod", "kinds": ["AWS::ApiGatewayV2::Api", "AWS::ApiGateway::RestApi"]}
    with Stubber(client("apigatewayv2")) as stub:
        stub.add_response("get_api_mapping", {"ApiId": api, "Stage": "prod"})
        stub.add_client_error("get_api", "NotFoundException")
        outcome = CHECKS["base_path.leads"](spec)

    assert outcome.status == "pass"
