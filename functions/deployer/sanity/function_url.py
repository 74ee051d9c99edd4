"""Tests of a Lambda function URL: it answers, or refuses strangers, and lets in whom its AuthType says.

Sources: "Control access to Lambda function URLs", "Creating and managing Lambda function URLs" (Lambda).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.api_route import DEFAULT, Guard, Target
from deployer.sanity.function_names import function_of
from deployer.sanity.functions import invocation
from deployer.sanity.payloads import Route, http_event
from deployer.sanity.route_tests import ORIGIN, preflight_headers
from deployer.sanity.statement import invoking, statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Lambda::Url",)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties = resource["properties"]
    function = properties.get("TargetFunctionArn")
    guard = Guard.IAM if properties.get("AuthType") == "AWS_IAM" else Guard.NONE
    what = "refuses strangers" if guard.is_certain else "answers"
    spec = _spec(function, properties, scene)
    answers = statement(resource, what, "function_url.route", {**spec, "guard": str(guard)})
    if not isinstance(function, str):
        answers["skip"] = "whose URL it is cannot be told from the template"
        yield answers
        return
    answers["spec"]["invocation"] = _invocation(function, scene)
    yield invoking(answers, [function_of(function, scene.deployed)])
    if guard is Guard.NONE and _is_public_by_template(function, scene.deployed):
        yield statement(resource, "lets everybody call", "function_url.permission", spec)
    if isinstance(properties.get("Cors"), dict) and guard is Guard.NONE:
        headers = preflight_headers(_origin(properties["Cors"]))
        yield statement(
            resource, "answers a browser's preflight", "function_url.cors", {**spec, "headers": headers}
        )


def _spec(function: Any, properties: Mapping[str, Any], scene: Scene) -> dict[str, Any]:
    """The id of a URL is known to Lambda alone, and is asked for when the test is run."""
    return {
        "function": function,
        "qualifier": properties.get("Qualifier"),
        "authType": properties.get("AuthType"),
        "pattern": scene.addresses.function_url,
        "method": "GET",
        "route": DEFAULT,
        "headers": {},
        "target": str(Target.FUNCTION),
    }


def _invocation(function: str, scene: Scene) -> dict[str, Any] | None:
    found = function_of(function, scene.deployed)
    event = http_event(Route(method="GET", resource=DEFAULT, path="/", stage=DEFAULT))
    return dict(invocation(found, event, "http", scene)) if found else None


def _is_public_by_template(function: str, deployed: Deployed) -> bool:
    owner = function_of(function, deployed)
    permissions = (each["properties"] for each in deployed.of_type("AWS::Lambda::Permission"))
    return owner is not None and any(
        each.get("Principal") == "*"
        and each.get("Action") == "lambda:InvokeFunctionUrl"
        and function_of(each.get("FunctionName"), deployed) is owner
        for each in permissions
    )


def _origin(cors: Mapping[str, Any]) -> str:
    origins = cors.get("AllowOrigins")
    first = origins[0] if isinstance(origins, list) and origins else "*"
    return first if isinstance(first, str) and "*" not in first else ORIGIN
