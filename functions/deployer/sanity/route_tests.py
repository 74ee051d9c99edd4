"""The tests of a route of an API: it answers, or refuses strangers, by HTTP; and it leads where the template says.

Source of the ARNs that API Gateway calls functions with: "Control access for invoking an API" in the API Gateway
Developer Guide, and what SAM and the console write into functions' policies.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.address import Address, AddressRefused
from deployer.sanity.api_route import ANY, DEFAULT, ApiRoute, Guard, Target, function_arn
from deployer.sanity.function_names import function_of
from deployer.sanity.functions import invocation
from deployer.sanity.http_answer import Gateway
from deployer.sanity.http_example import example
from deployer.sanity.payloads import MARKER, Origin, Route, http_event, rest_event
from deployer.sanity.reference import label
from deployer.sanity.statement import invoking, statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.http_example import Example
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

ORIGIN: Final = "https://example.com"
_PARAMETER: Final = re.compile(r"\{[^{}]+\}")
_METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", ANY)
_CALLS_FUNCTION: Final = frozenset({Target.FUNCTION, Target.MAPPED_FUNCTION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """An API at one of its stages. `name` is $default for one whose paths begin at the root.

    `not_callable` says why no request can be sent; empty when one can.
    """

    api: DeployedResource
    gateway: Gateway
    name: str
    is_only: bool
    not_callable: str = ""

    @property
    def prefix(self) -> str:
        return "" if self.name == DEFAULT else f"/{self.name}"

    def titled(self, what: str) -> str:
        return what if self.is_only else f"({self.name}) {what}"


def tests_of(route: ApiRoute, stage: Stage, scene: Scene) -> Iterator[SanityTest]:
    yield _leads(route, stage, scene)
    yield _answers(route, stage, scene)


def _answers(route: ApiRoute, stage: Stage, scene: Scene) -> SanityTest:
    what = "refuses strangers" if route.guard.is_certain else "answers"
    title = stage.titled(f"{route.key} {what}")
    check = f"{stage.gateway}_api.route"
    try:
        test = statement(stage.api, title, check, _request(route, stage, scene))
    except AddressRefused as error:
        test = statement(stage.api, title, check, {})
        test["skip"] = f"no request can be made for it: {error}"
    if stage.not_callable:
        test["skip"] = stage.not_callable
    if not route.is_safe:
        test["isMutating"] = True
    return invoking(test, [function_of(route.uri, scene.deployed)])


def _request(route: ApiRoute, stage: Stage, scene: Scene) -> dict[str, Any]:
    sample = example(route, scene.examples)
    address = Address(
        pattern=scene.addresses.execute_api,
        id=stage.api["physicalId"],
        path=stage.prefix + sample.path,
        query=sample.query_text,
    )
    is_preflight = route.tried_method == "OPTIONS"
    return {
        "stage": stage.name,
        "route": route.key,
        "method": route.tried_method,
        "address": address.fields,
        "headers": preflight_headers(ORIGIN) if is_preflight else dict(sample.headers),
        "body": sample.body,
        "guard": str(route.guard),
        "target": str(route.target),
        "expectsOrigin": is_preflight and _allows_origin(route),
        "invocation": _invocation(route, sample, stage, scene),
    }


def preflight_headers(origin: str) -> dict[str, str]:
    """What a browser asks before it sends a request of another origin (Fetch standard, CORS-preflight)."""
    return {"origin": origin, "access-control-request-method": "GET"}


def _allows_origin(route: ApiRoute) -> bool:
    """Whether the gateway itself answers, with the header that a browser looks for."""
    integration = route.operation.get("x-amazon-apigateway-integration")
    return route.target is Target.MOCK and "access-control-allow-origin" in str(integration).lower()


def _invocation(route: ApiRoute, sample: Example, stage: Stage, scene: Scene) -> dict[str, Any] | None:
    """What its function would be invoked with directly; None where another thing, or templates, stand between."""
    function = function_of(route.uri, scene.deployed)
    if function is None or route.target is not Target.FUNCTION:
        return None
    asked = Route(
        method=route.tried_method,
        resource=route.path,
        path=sample.path,
        path_parameters=sample.parameters,
        query=sample.query,
        headers=sample.headers,
        body=sample.body,
        api_id=stage.api["physicalId"],
        stage=stage.name,
    )
    is_new = stage.gateway is Gateway.HTTP and route.payload_format != "1.0"
    event, shape = (http_event(asked), "http") if is_new else (rest_event(asked), "rest")
    origin = Origin.SHAPED if sample.is_made_up else Origin.EXAMPLE
    return dict(invocation(function, event, shape, scene, origin=origin))


def _leads(route: ApiRoute, stage: Stage, scene: Scene) -> SanityTest:
    """The edge from the route to what it calls."""
    calls, place = route.target in _CALLS_FUNCTION, scene.deployed.place
    what = f"calls {label(route.function, scene.deployed)}" if calls and route.function else "is deployed"
    spec = {
        "api": stage.api["physicalId"],
        "stage": stage.name,
        "method": route.method,
        "path": route.path,
        "route": route.key,
        "guard": str(route.guard),
        "function": route.function if calls else None,
        "isFunction": calls,
        "sources": [] if route.has_credentials else sources(route, stage, scene.deployed),
        "region": place.region,
        "accountId": place.account_id,
    }
    return statement(stage.api, stage.titled(f"{route.key} {what}"), f"{stage.gateway}_api.integration", spec)


def sources(route: ApiRoute, stage: Stage, deployed: Deployed) -> list[str]:
    """The ARNs by which a function's policy may know the route: whichever of them it names is enough."""
    of_stage = f"{api_arn(stage.api, deployed)}/{stage.name}"
    if route.path == DEFAULT or not route.path.startswith("/"):
        return [f"{of_stage}/{route.path}", f"{of_stage}/GET/{route.path}", f"{of_stage}/GET/"]
    methods = _METHODS if route.method == ANY else (route.method,)
    paths = dict.fromkeys([route.path, _PARAMETER.sub("*", route.path), _PARAMETER.sub("1", route.path)])
    return [f"{of_stage}/{method}{path}" for method in methods for path in paths]


def api_arn(api: DeployedResource, deployed: Deployed) -> str:
    place = deployed.place
    return f"arn:{place.partition}:execute-api:{place.region}:{place.account_id}:{api['physicalId']}"


def authorizer_test(
    api: DeployedResource, name: str, uri: Any, deployed: Deployed, *, id: str = MARKER, has_credentials: bool
) -> Iterator[SanityTest]:
    """The edge from a Lambda authorizer to its function; nothing where it has none.

    A template cannot know the id of one that is in a Body, so its permission is for any.
    """
    function, place = function_of(uri, deployed), deployed.place
    if function is None:
        return
    spec = {
        "function": function_arn(uri) or function["physicalId"],  # with its alias, whose policy is its own
        "sources": [] if has_credentials else [f"{api_arn(api, deployed)}/authorizers/{id}"],
        "region": place.region,
        "accountId": place.account_id,
    }
    yield statement(api, f"asks {function['logicalId']} who may call ({name})", "api.authorizer", spec)


def not_tested(api: DeployedResource, what: str, reason: str) -> SanityTest:
    test = statement(api, what, "", {})
    test["skip"] = reason
    return test


def guard_of(authorization: Any, authorizer: Guard) -> Guard:
    """By the AuthorizationType of a method or route; `authorizer` is what its authorizer makes of it."""
    match str(authorization or "NONE").upper():
        case "NONE":
            return Guard.NONE
        case "AWS_IAM":
            return Guard.IAM
        case "JWT" | "COGNITO_USER_POOLS":
            return Guard.TOKEN
    return authorizer
