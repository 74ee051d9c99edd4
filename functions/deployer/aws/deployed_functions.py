"""A lone function as sanity tests see it: itself, what triggers it, its URL, and who may call it.

Each is given in the shape that a stack's resources have, as if a template had made it.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.errors import TargetNotFound

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.sanity.deployed import DeployedRecord, DeployedResource

_ABSENT = "ResourceNotFoundException"


def function_record(name: str) -> DeployedRecord:
    """Raises TargetNotFound."""
    try:
        configuration = client("lambda").get_function_configuration(FunctionName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != _ABSENT:
            raise
        raise TargetNotFound(f"there is no function {name}") from error
    _, partition, _, region, account_id, *_ = configuration["FunctionArn"].split(":")
    return {
        "name": name,
        "partition": partition,
        "region": region,
        "accountId": account_id,
        "resources": [_function(configuration), *_mappings(name), *_url(name), *_permissions(name)],
    }


def _function(configuration: dict[str, Any]) -> DeployedResource:
    """What its variables should hold nobody says, nor whether it may be throttled to nothing."""
    names = configuration.get("Environment", {}).get("Variables", {})
    known = {key: configuration[key] for key in ("Handler", "Runtime", "Timeout", "Role") if key in configuration}
    unknown = {"Environment": {"Variables": dict.fromkeys(names)}, "ReservedConcurrentExecutions": None}
    return _resource("Function", "AWS::Lambda::Function", configuration["FunctionName"], known | unknown)


def _mappings(name: str) -> Iterator[DeployedResource]:
    pages = client("lambda").get_paginator("list_event_source_mappings").paginate(FunctionName=name)
    mappings = (mapping for page in pages for mapping in page["EventSourceMappings"])
    for number, mapping in enumerate(mappings, 1):
        # One that somebody turned off on purpose is told as it is, not as a fault.
        enabled = mapping.get("State") not in {"Disabled", "Disabling"}
        properties = {
            "EventSourceArn": mapping.get("EventSourceArn"),
            "FunctionName": name,
            "Enabled": enabled,
        }
        yield _resource(f"EventSource{number}", "AWS::Lambda::EventSourceMapping", mapping["UUID"], properties)


def _url(name: str) -> Iterator[DeployedResource]:
    try:
        config = client("lambda").get_function_url_config(FunctionName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] != _ABSENT:
            raise
        return
    properties = {"TargetFunctionArn": name, "AuthType": config["AuthType"], "Cors": config.get("Cors")}
    yield _resource("Url", "AWS::Lambda::Url", config["FunctionArn"], properties)


def _permissions(name: str) -> Iterator[DeployedResource]:
    """Who may call it by its policy, a permission each."""
    try:
        policy = json.loads(client("lambda").get_policy(FunctionName=name)["Policy"])
    except ClientError as error:
        if error.response["Error"]["Code"] != _ABSENT:
            raise
        return
    for number, statement in enumerate(policy.get("Statement", []), 1):
        principal = statement.get("Principal")
        source = statement.get("Condition", {}).get("ArnLike", {}).get("AWS:SourceArn")
        properties = {
            "FunctionName": name,
            "Action": statement.get("Action"),
            "Principal": principal.get("Service") if isinstance(principal, dict) else principal,
            **({"SourceArn": source} if source else {}),
        }
        yield _resource(
            f"Permission{number}", "AWS::Lambda::Permission", str(statement.get("Sid", "")), properties
        )


def _resource(logical_id: str, kind: str, physical_id: str, properties: dict[str, Any]) -> DeployedResource:
    return {"logicalId": logical_id, "type": kind, "physicalId": physical_id, "properties": properties}
