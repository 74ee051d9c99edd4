"""What the emulator leaves out of an HTTP API is added through its own API.

ministack 1.5.33 makes an AWS::ApiGatewayV2::Api without what its `Body` or `Target` describes, so that all calls
answer 404, and does not understand its CorsConfiguration. What is added here goes when the API goes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local.platform import Platform

_INTEGRATION: Final = "x-amazon-apigateway-integration"
_AUTHORIZER: Final = "x-amazon-apigateway-authorizer"
_CORS: Final = "x-amazon-apigateway-cors"
_ANY_METHOD: Final = "x-amazon-apigateway-any-method"
_METHODS: Final = frozenset({"get", "head", "options", "post", "put", "patch", "delete", _ANY_METHOD})
_DEFAULT: Final = "$default"


class HttpApis:
    def __init__(self, platform: Platform) -> None:
        self._apis: Any = platform.client("apigatewayv2")
        self._made: dict[str, str] = {}  # what was last added to an API, by its id

    def complete(self, api_id: str, properties: Mapping[str, Any]) -> None:
        """The API then has what its template describes, unless it had that before."""
        wanted = json.dumps(
            [properties.get(name) for name in ("Body", "Target", "CorsConfiguration")], default=str
        )
        if self._made.get(api_id) == wanted or properties.get("ProtocolType") == "WEBSOCKET":
            return
        body = properties.get("Body")
        if isinstance(body, dict):
            self._remove_routes(api_id)
            self._import(api_id, body)
        if isinstance(properties.get("Target"), str):
            self._create_quickly(api_id, properties)
        if cors := properties.get("CorsConfiguration") or (body or {}).get(_CORS):
            self._apis.update_api(ApiId=api_id, CorsConfiguration=_in_capitals(cors))
        self._made[api_id] = wanted

    def _remove_routes(self, api_id: str) -> None:
        """A Body that has changed replaces what there was."""
        for route in self._apis.get_routes(ApiId=api_id)["Items"]:
            self._apis.delete_route(ApiId=api_id, RouteId=route["RouteId"])
        for integration in self._apis.get_integrations(ApiId=api_id)["Items"]:
            self._apis.delete_integration(ApiId=api_id, IntegrationId=integration["IntegrationId"])

    def _import(self, api_id: str, body: Mapping[str, Any]) -> None:
        schemes = _section(_section(body, "components"), "securitySchemes")
        authorizers = {name: self._guard(api_id, name, scheme) for name, scheme in schemes.items()}
        for path, item in _section(body, "paths").items():
            for method, operation in item.items():
                if method in _METHODS and _INTEGRATION in operation:
                    security = operation.get("security", body.get("security")) or []
                    guards = [authorizers.get(name, {}) for each in security for name in each]
                    scopes = [scope for each in security for found in each.values() for scope in found or []]
                    self._create_route(
                        api_id,
                        _key(path, method),
                        _integration(operation[_INTEGRATION]),
                        (guards[0] if guards else {}) | ({"AuthorizationScopes": scopes} if scopes else {}),
                    )

    def _create_route(self, api_id: str, key: str, integration: dict[str, Any], guard: Mapping[str, Any]) -> None:
        made = self._apis.create_integration(ApiId=api_id, **integration)
        self._apis.create_route(
            ApiId=api_id, RouteKey=key, Target=f"integrations/{made['IntegrationId']}", **guard
        )

    def _create_quickly(self, api_id: str, properties: Mapping[str, Any]) -> None:
        """A target alone is a route, an integration and a stage (CreateApi, "quick create")."""
        target = properties["Target"]
        kind = "HTTP_PROXY" if target.startswith("http") else "AWS_PROXY"
        method = {"IntegrationMethod": "ANY"} if kind == "HTTP_PROXY" else {}
        integration = {"IntegrationType": kind, "IntegrationUri": target, "PayloadFormatVersion": "2.0"} | method
        self._create_route(api_id, str(properties.get("RouteKey") or _DEFAULT), integration, {})
        self._apis.create_stage(ApiId=api_id, StageName=_DEFAULT, AutoDeploy=True)

    def _guard(self, api_id: str, name: str, scheme: Mapping[str, Any]) -> dict[str, Any]:
        """What a route says that is behind the security scheme."""
        given = _section(scheme, _AUTHORIZER)
        if not given:
            is_iam = str(scheme.get("x-amazon-apigateway-authtype", "")).lower() == "awssigv4"
            return {"AuthorizationType": "AWS_IAM"} if is_iam else {}
        kind = str(given.get("type", "request")).upper()
        made = self._apis.create_authorizer(ApiId=api_id, Name=name, AuthorizerType=kind, **_authorizer(given))
        return {
            "AuthorizationType": "JWT" if kind == "JWT" else "CUSTOM",
            "AuthorizerId": made["AuthorizerId"],
        }


def _key(path: str, method: str) -> str:
    if path.removeprefix("/") == _DEFAULT:
        return _DEFAULT
    return f"{'ANY' if method == _ANY_METHOD else method.upper()} {path}"


def _integration(given: Mapping[str, Any]) -> dict[str, Any]:
    """As CreateIntegration takes what an OpenAPI extension says."""
    texts = {
        "ConnectionType": given.get("connectionType"),
        "CredentialsArn": given.get("credentials"),
        "IntegrationMethod": given.get("httpMethod"),
        "IntegrationSubtype": given.get("integrationSubtype"),
        "IntegrationUri": given.get("uri"),
        "PayloadFormatVersion": given.get("payloadFormatVersion", "1.0"),
    }
    parameters = given.get("requestParameters")
    return {
        "IntegrationType": str(given.get("type", "aws_proxy")).upper(),
        **{name: str(value) for name, value in texts.items() if value is not None},
        **({"RequestParameters": parameters} if isinstance(parameters, dict) else {}),
    }


def _authorizer(given: Mapping[str, Any]) -> dict[str, Any]:
    source = given.get("identitySource", "$request.header.Authorization")
    common: dict[str, Any] = {"IdentitySource": source if isinstance(source, list) else str(source).split(",")}
    if str(given.get("type")).lower() == "jwt":
        configuration = _section(given, "jwtConfiguration")
        audience = configuration.get("audience") or []
        jwt = {"Issuer": str(configuration.get("issuer")), "Audience": [str(each) for each in audience]}
        return common | {"JwtConfiguration": jwt}
    return common | {
        "AuthorizerUri": str(given.get("authorizerUri")),
        "AuthorizerPayloadFormatVersion": str(given.get("authorizerPayloadFormatVersion", "2.0")),
        "EnableSimpleResponses": bool(given.get("enableSimpleResponses", False)),
        "AuthorizerResultTtlInSeconds": int(given.get("authorizerResultTtlInSeconds", 0)),
    }


def _in_capitals(cors: Any) -> dict[str, Any]:
    """OpenAPI writes allowOrigins, CloudFormation and CreateApi AllowOrigins; `true` allows everything."""
    given = cors if isinstance(cors, dict) else {"AllowOrigins": ["*"]}
    return {name[0].upper() + name[1:]: value for name, value in given.items() if value is not None}


def _section(document: Any, name: str) -> Mapping[str, Any]:
    section = document.get(name) if isinstance(document, dict) else None
    return section if isinstance(section, dict) else {}
