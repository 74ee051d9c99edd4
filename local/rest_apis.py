"""What the emulator leaves out of a REST API's `Body` is added through its own API.

ministack 1.5.33 imports neither methods for ANY nor what a mock answers, which is how SAM does CORS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.platform import Platform

_ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_INTEGRATION: Final = "x-amazon-apigateway-integration"


class RestApis:
    def __init__(self, platform: Platform) -> None:
        self._apis: Any = platform.client("apigateway")

    def complete(self, api_id: str, properties: Mapping[str, Any]) -> None:
        """The API then has what its Body describes. A Body that changes makes another API."""
        body = properties.get("Body")
        if not isinstance(body, dict):
            return
        pages = self._apis.get_paginator("get_resources").paginate(restApiId=api_id)
        resources = {each["path"]: each["id"] for page in pages for each in page["items"]}
        for path, method, operation in _operations(body):
            where = {"restApiId": api_id, "resourceId": resources.get(path)}
            if method == _ANY_METHOD and where["resourceId"]:
                self._put_any(where, operation, _guard(operation, body), self._authorizers(api_id))
            elif operation[_INTEGRATION].get("type") == "mock" and where["resourceId"]:
                self._put_mock(where | {"httpMethod": method.upper()}, operation[_INTEGRATION])

    def _authorizers(self, api_id: str) -> dict[str, str]:
        return {each["name"]: each["id"] for each in self._apis.get_authorizers(restApiId=api_id)["items"]}

    def _put_any(
        self,
        where: Mapping[str, Any],
        operation: Mapping[str, Any],
        guard: dict[str, Any],
        authorizers: Mapping[str, str],
    ) -> None:
        name = guard.pop("authorizer", None)
        authorizer = {"authorizerId": authorizers[name]} if name in authorizers else {}
        self._apis.put_method(**where, httpMethod="ANY", **guard, **authorizer)
        given = operation[_INTEGRATION]
        self._apis.put_integration(
            **where,
            httpMethod="ANY",
            type=str(given.get("type")).upper(),
            integrationHttpMethod=given.get("httpMethod", "POST"),
            uri=str(given.get("uri", "")),
        )

    def _put_mock(self, where: Mapping[str, Any], given: Mapping[str, Any]) -> None:
        templates = given.get("requestTemplates") or {}
        self._apis.put_integration(**where, type="MOCK", requestTemplates=templates)
        for pattern, response in (given.get("responses") or {}).items():
            answer = {"statusCode": str(response.get("statusCode", "200"))}
            parameters = response.get("responseParameters") or {}
            self._apis.put_method_response(**where, **answer, responseParameters=dict.fromkeys(parameters, False))
            self._apis.put_integration_response(
                **where,
                **answer,
                selectionPattern="" if pattern == "default" else pattern,
                responseParameters=parameters,
                responseTemplates=response.get("responseTemplates") or {},
            )


def _operations(body: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in _section(body, "paths").items():
        for method, operation in item.items() if isinstance(item, dict) else ():
            if isinstance(operation, dict) and isinstance(operation.get(_INTEGRATION), dict):
                yield path, method, operation


def _guard(operation: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
    """As PutMethod takes what the security of an operation says; `authorizer` is the name of its authorizer."""
    schemes = {
        **_section(body, "securityDefinitions"),
        **_section(_section(body, "components"), "securitySchemes"),
    }
    guard: dict[str, Any] = {"authorizationType": "NONE"}
    for name in [name for each in operation.get("security", body.get("security")) or [] for name in each]:
        scheme = _section(schemes, name)
        kind = str(_section(scheme, _AUTHORIZER).get("type", "")).upper()
        if kind:
            guard |= {
                "authorizationType": kind if kind == "COGNITO_USER_POOLS" else "CUSTOM",
                "authorizer": name,
            }
        elif str(scheme.get("x-amazon-apigateway-authtype", "")).lower() == "awssigv4":
            guard["authorizationType"] = "AWS_IAM"
        elif str(scheme.get("name", "")).lower() == "x-api-key":
            guard["apiKeyRequired"] = True
    return guard


def _section(document: Any, name: str) -> Mapping[str, Any]:
    section = document.get(name) if isinstance(document, dict) else None
    return section if isinstance(section, dict) else {}
