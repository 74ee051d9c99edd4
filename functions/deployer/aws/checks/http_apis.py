"""Checks of HTTP APIs, and of what WebSocket APIs lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks import routes
from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.probe import NoAnswer
from deployer.sanity.address import AddressRefused
from deployer.sanity.http_answer import Gateway, Reading
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def stage(spec: Mapping[str, Any]) -> Outcome:
    """The stage exists, and a deployment is made for it: by itself, or by name."""
    found = client("apigatewayv2").get_stage(ApiId=spec["api"], StageName=spec["stage"])
    reproduce = aws("apigatewayv2", "get-stage", api_id=spec["api"], stage_name=spec["stage"])
    deployment = found.get("DeploymentId")
    if not deployment and not found.get("AutoDeploy"):
        return Outcome(status=Verdict.FAIL, error=f"stage {spec['stage']} has no deployment", reproduce=reproduce)
    evidence = {"deployment": deployment, "autoDeploy": bool(found.get("AutoDeploy"))}
    return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=reproduce)


def integration(spec: Mapping[str, Any]) -> Outcome:
    """The route exists, and leads to the function that the template names."""
    reproduce = aws("apigatewayv2", "get-routes", api_id=spec["api"])
    found = _route(spec["api"], spec["route"])
    if found is None:
        why = f"there is no route {spec['route']}"
        return Outcome(status=Verdict.FAIL, error=why, reproduce=reproduce, may_pass_later=True)
    target = found.get("Target", "").removeprefix("integrations/")
    given = _integration(spec["api"], target)
    if given is None:
        why = (
            f"{spec['route']} leads nowhere: {'its integration does not exist' if target else 'it has no target'}"
        )
        return Outcome(status=Verdict.FAIL, error=why, evidence={"target": target}, reproduce=reproduce)
    return routes.edge(spec, given.get("IntegrationUri"), {"integration": given.get("IntegrationType")})


def _route(api: str, key: str) -> dict[str, Any] | None:
    """AWS gives a page at a time."""
    pages = client("apigatewayv2").get_paginator("get_routes").paginate(ApiId=api)
    return next((each for page in pages for each in page["Items"] if each.get("RouteKey") == key), None)


def _integration(api: str, name: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = (
            client("apigatewayv2").get_integration(ApiId=api, IntegrationId=name) if name else {}
        )
    except ClientError as error:
        if not is_missing(error):
            raise
        return None
    return found or None


def route(spec: Mapping[str, Any]) -> Outcome:
    return routes.route(Gateway.HTTP, spec, _look)


def _look(spec: Mapping[str, Any]) -> str:
    """A function may say `Not Found` in the gateway's own words."""
    api = spec["address"]["id"]
    found = _route(api, spec["route"])
    if found is None:
        return f"there is no route {spec['route']}"
    if _integration(api, found.get("Target", "").removeprefix("integrations/")) is None:
        return f"{spec['route']} leads nowhere"
    client("apigatewayv2").get_stage(ApiId=api, StageName=spec["stage"])
    return ""


def cors(spec: Mapping[str, Any]) -> Outcome:
    """A browser's OPTIONS is answered by the gateway with the origins that it lets in."""
    try:
        asked = routes.Asked(Gateway.HTTP, spec)
    except (AddressRefused, NoAnswer) as error:
        return Outcome(status=Verdict.SKIP, error=f"it is not answered: {error}")
    if "access-control-allow-origin" in asked.answer.headers:
        return asked.passed()
    deployed = client("apigatewayv2").get_api(ApiId=spec["address"]["id"]).get("CorsConfiguration")
    if not deployed:
        return asked.failed("the API has no CORS configuration any more", may_pass_later=False)
    if asked.reading is Reading.FAILED:
        return asked.failed("it fails")
    return asked.skipped("without Access-Control-Allow-Origin, though the API has a CORS configuration")


CHECKS: Final = {
    "http_api.cors": cors,
    "http_api.integration": integration,
    "http_api.route": route,
    "http_api.stage": stage,
}
