"""A stack as discovery leaves it, and what is generated from it and checked, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.deployed import Deployed, DeployedResource
from deployer.sanity.scene import Addresses, Scene

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from deployer.sanity.sanity_test import Outcome, SanityTest

    Generator = Callable[[DeployedResource, Scene], Iterator[SanityTest]]
    Check = Callable[[Mapping[str, Any]], Outcome]

ACCOUNT: Final = "123456789012"
REGION: Final = "us-east-1"
ADDRESSES: Final = Addresses(execute_api="https://{id}.execute-api", function_url="https://{id}.lambda-url")


def a_resource(kind: str, logical_id: str, physical_id: str, **properties: Any) -> DeployedResource:
    """`kind` without the AWS:: before it."""
    return {
        "logicalId": logical_id,
        "type": f"AWS::{kind}",
        "physicalId": physical_id,
        "properties": properties,
    }


def a_function(name: str = "orders", **properties: Any) -> DeployedResource:
    return a_resource("Lambda::Function", "Orders", name, **properties)


def arn(service: str, resource: str, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{REGION}:{account}:{resource}"


def a_scene(
    *resources: DeployedResource,
    files: Mapping[str, str] | None = None,
    shared_events: Mapping[str, Mapping[str, Any]] | None = None,
) -> Scene:
    deployed = Deployed(
        {
            "name": "shop",
            "partition": "aws",
            "region": REGION,
            "accountId": ACCOUNT,
            "resources": list(resources),
        }
    )
    return Scene(
        deployed=deployed,
        files=files or {},
        addresses=ADDRESSES,
        allow_mutating=False,
        shared_events=shared_events or {},
    )


class Stack:
    """Some resources, of which the first is tested by one module's generator and checks."""

    def __init__(
        self, generator: Generator, checks: Mapping[str, Check], *resources: DeployedResource, **files: str
    ) -> None:
        scene = a_scene(*resources, files=files)
        self.tests = {test["name"]: test for test in generator(resources[0], scene)}
        self._checks = checks

    def outcome(self, name: str) -> Outcome:
        test = self.tests[name]
        return self._checks[test["check"]](test["spec"])

    def verdicts(self) -> dict[str, str]:
        return {name: str(self.outcome(name).status) for name in self.tests}

    def failures(self) -> dict[str, str]:
        """What fails, and why."""
        outcomes = {name: self.outcome(name) for name in self.tests}
        return {name: outcome.error for name, outcome in outcomes.items() if outcome.status == "fail"}
