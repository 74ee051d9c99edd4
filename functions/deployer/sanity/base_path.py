"""Tests of a custom domain's base path: its mapping leads to the API and the stage of its template.

Sources: "Return values" of the three types in the CloudFormation Template Reference; the ARN of a private domain
name, which ends in its id, is that of "Custom domain names for private APIs" in the API Gateway Developer Guide.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = (
    "AWS::ApiGateway::BasePathMapping",
    "AWS::ApiGateway::BasePathMappingV2",
    "AWS::ApiGatewayV2::ApiMapping",
)
NOTHING: Final = "(none)"
"""What REST APIs call a base path, or a stage, that is none."""
_REST: Final = "AWS::ApiGateway::RestApi"
API_KINDS: Final = ("AWS::ApiGatewayV2::Api", _REST)
_PRIVATE_DOMAIN: Final = re.compile(r"arn:[^:]+:apigateway:[^:]+:\d*:/domainnames/([^+/]+)\+([^+/]+)")


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    spec = {**_place(resource), **_end(resource, scene.deployed)}
    test = statement(resource, f"leads to {spec['label']}", "base_path.leads", spec)
    if unknown := _unknown(spec):
        test["skip"] = f"its {unknown} cannot be told from the template"
    yield test


def _place(resource: DeployedResource) -> dict[str, str | None]:
    """By what the mapping is looked up: not by its physical id where that has no meaning by itself."""
    given = resource["properties"]
    if _is_api_mapping(resource):
        mapping = resource["physicalId"].partition("|")[0]  # of the registry, it has the domain's name behind it
        key = _path(given.get("ApiMappingKey", ""))
        return {"domain": _text(given.get("DomainName")), "basePath": key, "mapping": mapping}
    path = _path(given.get("BasePath", ""))
    private = _PRIVATE_DOMAIN.fullmatch(str(given.get("DomainNameArn")))
    if private:
        return {"domain": private[1], "domainId": private[2], "basePath": path}
    return {"domain": _text(given.get("DomainName")), "basePath": path}


def _end(resource: DeployedResource, deployed: Deployed) -> dict[str, Any]:
    """Where it leads by its template: `api` and `stage` are None when not known, `stage` empty when there is none.

    `kinds` is what the API may be: an API mapping leads to either kind.
    """
    is_either = _is_api_mapping(resource)
    api = _text(resource["properties"].get("ApiId" if is_either else "RestApiId"))
    named = deployed.named(api, *API_KINDS)
    unnamed = list(API_KINDS) if is_either else [_REST]
    return {
        "api": api,
        "label": named["logicalId"] if named else "its API",
        "stage": _stage(resource["properties"].get("Stage", "")),
        "kinds": [named["type"]] if named else unnamed,
    }


def _path(given: Any) -> str | None:
    return NOTHING if given == "" else _text(given)


def _stage(given: Any) -> str | None:
    """Without one, the caller names the stage behind the base path."""
    return "" if given in ("", NOTHING) else _text(given)


def _unknown(spec: Mapping[str, Any]) -> str:
    """What has to be known to look for the mapping, and is not."""
    if spec["domain"] is None:
        return "domain name"
    return "base path" if spec["basePath"] is None and "mapping" not in spec else ""


def _is_api_mapping(resource: DeployedResource) -> bool:
    return resource["type"] == "AWS::ApiGatewayV2::ApiMapping"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
