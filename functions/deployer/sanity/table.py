"""Tests of a DynamoDB table: active, with the indexes and the stream of its template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.sanity.statement import entries, is_false, statement, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable")


def tests(resource: DeployedResource, _scene: Scene) -> Iterator[SanityTest]:
    table, properties = {"table": resource["physicalId"]}, resource["properties"]
    yield statement(resource, "is active", "table.active", table)
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for index in entries(properties.get(kind)):
            name = index.get("IndexName")
            if isinstance(name, str):
                spec = {**table, "kind": kind, "index": name}
                yield statement(resource, f"has its index {name}", "table.index", spec)
    stream = properties.get("StreamSpecification")
    if isinstance(stream, dict) and not is_false(stream.get("StreamEnabled")):
        view = {"view": stream.get("StreamViewType")}
        test = statement(resource, "streams its changes", "table.stream", {**table, **view})
        yield undecided(test, stream, "StreamEnabled")
