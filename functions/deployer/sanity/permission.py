"""Tests of an AWS::Lambda::Permission: the function's policy still says what it was made to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.reference import label
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Lambda::Permission",)
# By property: the key of the condition that Lambda makes of it (AddPermission, Lambda API reference).
_CONDITIONS: Final = {
    "SourceArn": "aws:sourcearn",
    "SourceAccount": "aws:sourceaccount",
    "PrincipalOrgID": "aws:principalorgid",
    "EventSourceToken": "lambda:eventsourcetoken",
    "FunctionUrlAuthType": "lambda:functionurlauthtype",
    "InvokedViaFunctionUrl": "lambda:invokedviafunctionurl",
}


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties = resource["properties"]
    function = properties.get("FunctionName")
    caller = str(properties.get("Principal"))
    test = statement(
        resource,
        f"lets {caller} call {label(function, scene.deployed)}",
        "permission.given",
        {
            "function": function,
            "statement": resource["physicalId"],
            "principal": _principal(caller, scene),
            "action": str(properties.get("Action") or "lambda:InvokeFunction"),
            "context": {key: _text(properties.get(name)) for name, key in _CONDITIONS.items()},
        },
    )
    if not isinstance(function, str) or not isinstance(properties.get("Principal"), str):
        test["skip"] = "which function it is for, or who may call it, cannot be told from the template"
    yield test


def _principal(given: str, scene: Scene) -> str:
    """An account is given by its number, and written into the policy as an ARN."""
    return f"arn:{scene.deployed.place.partition}:iam::{given}:root" if given.isdecimal() else given


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
