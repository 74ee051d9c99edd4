"""Tests of an event source mapping: it is enabled, between the function and the source of its template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.reference import label, named
from deployer.sanity.statement import is_false, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::Lambda::EventSourceMapping",)


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties, mapping = resource["properties"], {"mapping": resource["physicalId"]}
    if not is_false(properties.get("Enabled", True)):
        yield undecided(statement(resource, "is enabled", "event_source.enabled", mapping), properties, "Enabled")
    function, source = _text(properties.get("FunctionName")), _text(properties.get("EventSourceArn"))
    ends = [each for each in (named(source, scene.deployed), named(function, scene.deployed)) if each]
    spec = {**mapping, "function": function, "source": source, "ends": ends}
    fed = label(function, scene.deployed) if function else "its function"
    feeder = label(source, scene.deployed) if source else "its source"
    yield statement(resource, f"feeds {fed} from {feeder}", "event_source.ends", spec)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
