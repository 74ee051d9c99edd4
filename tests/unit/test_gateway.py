"""API Gateway as the template makes it: who gets in, and what the others are told."""

from __future__ import annotations

import json

import pytest
from tests.unit import application


def open_methods(parameters: dict[str, str]) -> set[tuple[str, str]]:
    """The methods that ask for no proof of who calls."""
    truth = application.conditions(parameters)
    methods = {
        name: application.resolve(each["Properties"], truth)
        for name, each in application.expanded()["Resources"].items()
        if each["Type"] == "AWS::ApiGateway::Method" and truth.get(each.get("Condition", ""), True)
    }
    return {
        (name, method["HttpMethod"])
        for name, method in methods.items()
        if method["AuthorizationType"] == "NONE" and not method.get("ApiKeyRequired", False)
    }


@pytest.mark.parametrize("mode", ["API_KEY", "IAM"])
def test_api_is_closed(mode: str) -> None:
    """Every method asks for a proof but health and GitHub's, which signs; a preflight where origins are given."""
    with_cors = {"AuthMode": mode, "CorsOrigins": "https://example.com"}
    always = {("HealthMethod", "GET"), ("GithubWebhookMethod", "POST")}

    assert open_methods({"AuthMode": mode}) == always
    assert open_methods(with_cors) == always | {("PreflightMethod", "OPTIONS")}


def test_api_is_closed_unless_asked() -> None:
    """An installation that says nothing has a key; NONE must be asked for by name."""
    truth = application.conditions({})

    assert truth["IsApiKeyNeeded"]
    assert open_methods({"AuthMode": "NONE"}) > open_methods({})


@pytest.mark.parametrize("mode", ["API_KEY", "IAM", "NONE"])
@pytest.mark.parametrize("origins", ["", "https://example.com"])
def test_stage_follows_the_parameters(mode: str, origins: str) -> None:
    """The stage takes the one deployment that is made for these parameters, so that a switch takes effect."""
    truth = application.conditions({"AuthMode": mode, "CorsOrigins": origins})
    every = application.expanded()["Resources"]
    made = [
        name
        for name, each in every.items()
        if each["Type"] == "AWS::ApiGateway::Deployment" and truth[each["Condition"]]
    ]

    assert application.resolve(every["ApiStage"]["Properties"]["DeploymentId"], truth) == {"Ref": made[0]}
    assert len(made) == 1


def test_deployment_waits_for_the_whole_api() -> None:
    """A deployment is a snapshot: every method and every response must be there before it."""
    every = application.expanded()["Resources"]
    parts = {
        name
        for name, each in every.items()
        if each["Type"] in {"AWS::ApiGateway::Method", "AWS::ApiGateway::GatewayResponse"}
    }

    for name, each in every.items():
        if each["Type"] == "AWS::ApiGateway::Deployment":
            wanted = parts if name.endswith("WithCors") else parts - {"PreflightMethod"}
            assert set(each["DependsOn"]) == wanted, name


def test_gateway_responses_are_problems() -> None:
    """API Gateway's own refusals have the fields and the type of ours."""
    responses = application.resources("AWS::ApiGateway::GatewayResponse")

    assert {"DEFAULT_4XX", "DEFAULT_5XX"} <= {each["ResponseType"] for each in responses.values()}
    for each in responses.values():
        header = each["ResponseParameters"]["gatewayresponse.header.Content-Type"]
        assert header == "'application/problem+json'"
        for truth in (True, False):
            text = application.resolve(each["ResponseTemplates"], {"IsSignatureNeeded": truth})
            problem = json.loads(text["application/json"].replace("$context.error.messageString", '""'))
            assert {"type", "title", "detail", "code", "requestId"} <= problem.keys()
            assert problem["type"] == f"docs/errors.md#{problem['code'].lower()}"
