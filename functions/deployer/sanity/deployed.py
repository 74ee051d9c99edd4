"""What is deployed: the resources of a stack, their properties as they came out, and what names what.

A property is None where only CloudFormation or AWS could know it. What two resources have to do with each other
is found by value: whatever is equal to a resource's name, ARN or address names it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypedDict

from deployer.sanity.identity import Place, identifiers

if TYPE_CHECKING:
    from collections.abc import Iterator


class DeployedResource(TypedDict):
    """`logicalId` is a path through nested stacks: Child/Table. `properties` are the template's, resolved."""

    logicalId: str
    type: str
    physicalId: str
    properties: dict[str, Any]


class DeployedRecord(TypedDict):
    """What DiscoverResources leaves for GenerateTests: sessions/{id}/trusted/deployed.json."""

    name: str  # of the stack, or of the function
    partition: str
    region: str
    accountId: str
    resources: list[DeployedResource]


@dataclass(frozen=True)
class Deployed:
    record: DeployedRecord
    _by_identifier: dict[str, list[DeployedResource]] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.record["resources"]:
            named = identifiers(resource["type"], resource["physicalId"], resource["properties"], self.place)
            for identifier in sorted(named):
                self._by_identifier.setdefault(identifier, []).append(resource)

    @property
    def place(self) -> Place:
        return Place(
            partition=self.record["partition"],
            region=self.record["region"],
            account_id=self.record["accountId"],
        )

    @property
    def resources(self) -> list[DeployedResource]:
        return self.record["resources"]

    def of_type(self, *types: str) -> Iterator[DeployedResource]:
        return (resource for resource in self.resources if resource["type"] in types)

    def named(self, value: Any, *types: str) -> DeployedResource | None:
        """The resource of this deployment that the value names: by name, ARN, URL; None when it names none.

        Resources of several types may have one name: with `types` it is one of those.
        """
        found = self._by_identifier.get(value, []) if isinstance(value, str) else []
        return next((each for each in found if not types or each["type"] in types), None)
