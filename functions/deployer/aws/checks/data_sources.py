"""Checks of AppSync data sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.sanity_test import Outcome


def leads(spec: Mapping[str, Any]) -> Outcome:
    answer: Any = client("appsync").get_data_source(apiId=spec["api"], name=spec["name"])
    reason = _elsewhere(answer.get("dataSource", {}), spec) if spec["reference"] else ""
    return by_reason(reason, {}, aws("appsync", "get-data-source", api_id=spec["api"], name=spec["name"]))


def _elsewhere(source: Mapping[str, Any], spec: Mapping[str, Any]) -> str:
    section = {"LambdaConfig": "lambdaConfig", "DynamoDBConfig": "dynamodbConfig"}[spec["section"]]
    field = spec["field"][0].lower() + spec["field"][1:]
    found = source.get(section, {}).get(field)
    if found != spec["target"]:
        return f"it leads to {found or 'nothing'}, its template says {spec['target']}"
    return trouble(spec["reference"])


CHECKS: Final = {"data_source.leads": leads}
