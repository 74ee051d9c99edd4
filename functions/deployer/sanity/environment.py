"""Tests of a function's surroundings: its environment variables, what they name, and the role that it runs as."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.identity import ROOT_RESOURCE
from deployer.sanity.reference import Reference, named, reference
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.sanity.deployed import Deployed, DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Lambda::Function",)
_LONG_ENOUGH: Final = 8
"""An id of so many characters does not stand in a longer text by chance."""


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    function, variables = {"function": resource["physicalId"]}, _variables(resource["properties"])
    if variables:
        filled = sorted(name for name, value in variables.items() if value not in (None, ""))
        spec = {**function, "names": sorted(variables), "filled": filled}
        yield statement(resource, "has the variables of its template", "environment.complete", spec)
    for name, value in sorted(variables.items()):
        found = _meant(value, scene.deployed)
        if found:
            edge = {"variable": name, "value": value, "reference": found}
            yield _edge(resource, name, found, {**function, **edge})
    role = named(resource["properties"].get("Role"), scene.deployed)
    if role and role["type"] == "AWS::IAM::Role":
        runs_as = {**function, "role": role}
        yield statement(resource, f"runs as {role['label']}", "environment.role", runs_as)


def _edge(resource: DeployedResource, variable: str, found: Reference, spec: dict[str, Any]) -> SanityTest:
    test = statement(resource, "", "environment.names", spec)
    test["name"] = f"{resource['logicalId']}.{variable} names {found['label']}"
    return test


def _variables(properties: Mapping[str, Any]) -> dict[str, Any]:
    environment = properties.get("Environment")
    variables = environment.get("Variables") if isinstance(environment, dict) else None
    return variables if isinstance(variables, dict) else {}


def _meant(value: Any, deployed: Deployed) -> Reference | None:
    """What the value names, by itself or within an address or a list; the longest id wins."""
    if not isinstance(value, str) or ROOT_RESOURCE in value:
        return None
    within = [each for each in deployed.resources if _is_within(each["physicalId"], value)]
    longest = max(within, key=lambda each: len(each["physicalId"]), default=None)
    return named(value, deployed) or (reference(longest, deployed) if longest else None)


def _is_within(physical_id: str, value: str) -> bool:
    return len(physical_id) >= _LONG_ENOUGH and physical_id in value
