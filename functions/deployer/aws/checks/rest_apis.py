"""Checks of REST APIs. What a stage serves is the snapshot of its deployment, which GetExport shows.

Source: "Exports a deployed version of a RestApi" (GetExport, API Gateway API reference).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks import routes
from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.sanity.api_route import PRIVATE, SWITCHED_OFF
from deployer.sanity.http_answer import Gateway
from deployer.sanity.reproduce import aws
from deployer.sanity.rest_api import canonical_path
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_INTEGRATION: Final = "x-amazon-apigateway-integration"


def stage(spec: Mapping[str, Any]) -> Outcome:
    """The stage exists and serves a deployment that exists."""
    found = client("apigateway").get_stage(restApiId=spec["api"], stageName=spec["stage"])
    reproduce = aws("apigateway", "get-stage", rest_api_id=spec["api"], stage_name=spec["stage"])
    deployment = found.get("deploymentId")
    if not deployment:
        return Outcome(status=Verdict.FAIL, error=f"stage {spec['stage']} has no deployment", reproduce=reproduce)
    client("apigateway").get_deployment(restApiId=spec["api"], deploymentId=deployment)
    return Outcome(status=Verdict.PASS, evidence={"deployment": deployment}, reproduce=reproduce)


def integration(spec: Mapping[str, Any]) -> Outcome:
    """The stage serves the route, and leads it to the function that the template names."""
    reproduce = aws(
        "apigateway",
        "get-export",
        rest_api_id=spec["api"],
        stage_name=spec["stage"],
        export_type="oas30",
        parameters="extensions=integrations",
    )
    try:
        operation = _operation(spec)
    except ClientError as error:
        if not is_missing(error):
            raise
        why = f"there is no stage {spec['stage']}"
        return Outcome(status=Verdict.FAIL, error=why, reproduce=reproduce, may_pass_later=True)
    if operation is None:
        why = f"stage {spec['stage']} does not serve {spec['route']}"
        return Outcome(status=Verdict.FAIL, error=why, reproduce=reproduce, may_pass_later=True)
    if _INTEGRATION not in operation:
        why = f"{spec['route']} leads nowhere: it has no integration"
        return Outcome(status=Verdict.FAIL, error=why, reproduce=reproduce)
    found = operation[_INTEGRATION]
    return routes.edge(spec, found.get("uri"), {"integration": found.get("type")})


def _operation(spec: Mapping[str, Any]) -> dict[str, Any] | None:
    export = client("apigateway").get_export(
        restApiId=spec["api"],
        stageName=spec["stage"],
        exportType="oas30",
        parameters={"extensions": "integrations"},
        accepts="application/json",
    )
    exported = json.loads(export["body"].read()).get("paths", {})
    paths = {canonical_path(path): item for path, item in exported.items()}
    method = _ANY_METHOD if spec["method"] == "ANY" else spec["method"].lower()
    found: dict[str, Any] | None = paths.get(spec["path"], {}).get(method)
    return found


def route(spec: Mapping[str, Any]) -> Outcome:
    return routes.route(Gateway.REST, spec, _look, _closed)


def _look(spec: Mapping[str, Any]) -> str:
    """The gateway says the same when there is no such stage as when it refuses."""
    try:
        client("apigateway").get_stage(restApiId=spec["address"]["id"], stageName=spec["stage"])
    except ClientError as error:
        if not is_missing(error):
            raise
        return f"there is no stage {spec['stage']}"
    return ""


def _closed(spec: Mapping[str, Any]) -> str:
    """A template may say by an import, or a parameter of one, what answers nobody from here."""
    found = client("apigateway").get_rest_api(restApiId=spec["address"]["id"])
    if "PRIVATE" in found.get("endpointConfiguration", {}).get("types", []):
        return PRIVATE
    return SWITCHED_OFF if found.get("disableExecuteApiEndpoint") else ""


CHECKS: Final = {"rest_api.stage": stage, "rest_api.integration": integration, "rest_api.route": route}
