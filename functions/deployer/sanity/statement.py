"""A statement: one thing that should be true of a resource, as a sanity test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.sanity.sanity_test import SanityTest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.sanity.deployed import DeployedResource


def statement(resource: DeployedResource, what: str, check: str, spec: dict[str, Any]) -> SanityTest:
    """`what` goes on where the logical id ends: Orders *is active*."""
    return SanityTest(
        name=f"{resource['logicalId']} {what}",
        resourceType=resource["type"],
        logicalId=resource["logicalId"],
        physicalId=resource["physicalId"],
        check=check,
        spec=spec,
    )


def undecided(test: SanityTest, properties: dict[str, Any], *names: str) -> SanityTest:
    """The test with a reason to skip it when what decides about it is in the template, and only AWS knows it."""
    unknown = [name for name in names if name in properties and properties[name] is None]
    if unknown:
        test["skip"] = f"what the template says about {', '.join(unknown)} cannot be told from outside"
    return test


def invoking(test: SanityTest, functions: Iterable[DeployedResource | None]) -> SanityTest:
    """The test, with the functions that run when it does; None stands for one that is not of the deployment."""
    invoked = sorted({each["logicalId"] for each in functions if each})
    if invoked:
        test["invokes"] = invoked
    return test


def entries(value: Any) -> list[dict[str, Any]]:
    """The members of a property that is a list of objects; what is nothing of the kind is left out."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def is_false(value: Any) -> bool:
    """How a template says no."""
    return value is False or str(value).lower() == "false"
