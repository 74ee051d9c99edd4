"""Checks of a custom domain's base paths: what a mapping leads to is the template's, and is there.

Sources: GetBasePathMapping and GetStage (API Gateway API reference), GetApiMapping and GetStage (its V2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

from botocore.exceptions import ClientError

from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.sanity.base_path import NOTHING
from deployer.sanity.reference import Reference
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class _Led(TypedDict):
    """Where a mapping leads: `basePath` may be "(none)", and `stage` empty."""

    basePath: str
    api: str
    stage: str


def leads(spec: Mapping[str, Any]) -> Outcome:
    """The mapping leads to the API and the stage of its template, and both exist."""
    reproduce = _reproduce(spec)
    try:
        found = _api_mapping(spec) if "mapping" in spec else _base_path_mapping(spec)
    except ClientError as error:
        if not is_missing(error):
            raise
        reason = f"{_address(spec)} has no mapping any more: map it to {spec['label']} again"
        return by_reason(reason, {"answer": error.response["Error"].get("Message", "")}, reproduce)
    if reason := _astray(spec, found):
        return by_reason(reason, {**found}, reproduce)
    return _loose_end(spec, found) or _led(spec, found, reproduce)


def _base_path_mapping(spec: Mapping[str, Any]) -> _Led:
    private = {"domainNameId": spec["domainId"]} if "domainId" in spec else {}
    found = client("apigateway").get_base_path_mapping(
        domainName=spec["domain"], basePath=spec["basePath"], **private
    )
    stage = found.get("stage", "")
    return {
        "basePath": found.get("basePath", NOTHING),
        "api": found.get("restApiId", ""),
        "stage": "" if stage == NOTHING else stage,
    }


def _api_mapping(spec: Mapping[str, Any]) -> _Led:
    found = client("apigatewayv2").get_api_mapping(DomainName=spec["domain"], ApiMappingId=spec["mapping"])
    return {
        "basePath": found.get("ApiMappingKey") or NOTHING,
        "api": found.get("ApiId", ""),
        "stage": found.get("Stage", ""),
    }


def _astray(spec: Mapping[str, Any], found: _Led) -> str:
    """How it leads elsewhere than the template says; empty when it does not, as far as that is known."""
    at = _address(spec)
    if spec["basePath"] not in (None, found["basePath"]):
        return f"the mapping of {at} is for the base path {found['basePath']} now: give it back its own"
    if spec["api"] not in (None, found["api"]):
        return f"{at} leads to API {found['api']}, not to {spec['label']}: map it to API {spec['api']} again"
    if spec["stage"] not in (None, found["stage"]):
        told = f"stage {found['stage']}" if found["stage"] else "no stage"
        wanted = f"stage {spec['stage']}" if spec["stage"] else "no stage"
        return f"{at} leads to {told} of {spec['label']}, not to {wanted}: map it to {wanted} again"
    return ""


def _loose_end(spec: Mapping[str, Any], found: _Led) -> Outcome | None:
    """The fault that what it leads to does not exist; None when both the API and its stage do."""
    api, stage = found["api"], found["stage"]
    kind = next((kind for kind in spec["kinds"] if not _is_gone(kind, api)), "")
    if kind and (not stage or _has_stage(kind, api, stage)):
        return None
    end = f"stage {stage} of API {api}" if kind else f"API {api}"
    out = f"deploy the API to {stage} again" if kind else "deploy the stack anew, or map it to an API that exists"
    reason = f"{_address(spec)} leads to {end}, which does not exist: {out}"
    return by_reason(reason, {**found}, _stages_of(kind or spec["kinds"][0], api))


def _is_gone(kind: str, api: str) -> bool:
    return bool(trouble(Reference(type=kind, id=api, arn="", label=api)))


def _has_stage(kind: str, api: str, stage: str) -> bool:
    try:
        _STAGES[kind](api, stage)
    except ClientError as error:
        if not is_missing(error):
            raise
        return False
    return True


def _rest_stage(api: str, stage: str) -> None:
    client("apigateway").get_stage(restApiId=api, stageName=stage)


def _http_stage(api: str, stage: str) -> None:
    client("apigatewayv2").get_stage(ApiId=api, StageName=stage)


def _led(spec: Mapping[str, Any], found: _Led, reproduce: str) -> Outcome:
    """It leads to what exists: nothing is wrong, and all is well where it is known that it should lead there."""
    unknown = "API" if spec["api"] is None else "stage" if spec["stage"] is None else ""
    why = f"the template does not say to which {unknown} it should lead; it leads to one that exists"
    return Outcome(
        status=Verdict.SKIP if unknown else Verdict.PASS,
        error=why if unknown else "",
        evidence={**found},
        reproduce=reproduce,
    )


def _address(spec: Mapping[str, Any]) -> str:
    path = "" if spec["basePath"] in (None, NOTHING) else f"/{spec['basePath']}"
    return f"{spec['domain']}{path}"


def _reproduce(spec: Mapping[str, Any]) -> str:
    if "mapping" in spec:
        place = {"domain_name": spec["domain"], "api_mapping_id": spec["mapping"]}
        return aws("apigatewayv2", "get-api-mapping", **place)
    private = {"domain_name_id": spec["domainId"]} if "domainId" in spec else {}
    place = {"domain_name": spec["domain"], "base_path": spec["basePath"], **private}
    return aws("apigateway", "get-base-path-mapping", **place)


def _stages_of(kind: str, api: str) -> str:
    if kind == "AWS::ApiGateway::RestApi":
        return aws("apigateway", "get-stages", rest_api_id=api)
    return aws("apigatewayv2", "get-stages", api_id=api)


_STAGES: Final[dict[str, Callable[[str, str], None]]] = {
    "AWS::ApiGateway::RestApi": _rest_stage,
    "AWS::ApiGatewayV2::Api": _http_stage,
}
CHECKS: Final = {"base_path.leads": leads}
