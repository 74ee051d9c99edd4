"""Tests of an AppSync data source: it leads to the function or table of its template, and that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.reference import named
from deployer.sanity.statement import statement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedResource
    from deployer.sanity.sanity_test import SanityTest
    from deployer.sanity.scene import Scene

TYPES: Final = ("AWS::AppSync::DataSource",)
# In the template: the object, the field. In AWS's answer, the same with a small letter first.
_FIELDS: Final = (("LambdaConfig", "LambdaFunctionArn"), ("DynamoDBConfig", "TableName"))


def tests(resource: DeployedResource, scene: Scene) -> Iterator[SanityTest]:
    properties = resource["properties"]
    source: dict[str, Any] = {"api": properties.get("ApiId"), "name": properties.get("Name"), "reference": None}
    ends = ((section, field, properties.get(section)) for section, field in _FIELDS)
    for section, field, value in ends:
        found = named(value.get(field), scene.deployed) if isinstance(value, dict) else None
        if found and isinstance(value, dict):
            source |= {"section": section, "field": field, "target": value[field], "reference": found}
    what = f"leads to {source['reference']['label']}" if source["reference"] else "exists"
    test = statement(resource, what, "data_source.leads", source)
    if not isinstance(source["api"], str) or not isinstance(source["name"], str):
        test["skip"] = "its API cannot be told from the template"
    yield test
