"""Shareable test events: what people saved for a function, in Lambda's console or by `sam remote test-event put`.

They lie in EventBridge's schema registry `lambda-testevent-schemas`: an OpenAPI document `_{function}-schema` for
each function, with its events in `components.examples` (AWS SAM CLI, samcli/lib/shared_test_events).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Iterable

REGISTRY: Final = "lambda-testevent-schemas"


def shared_events(functions: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The events of each function that has any, by its name and theirs.

    None at all where the registry is not there or may not be read: tests are better with them, and can be without.
    """
    names = sorted(set(functions))
    if not names:
        return {}
    try:
        schemas = _schemas()
        return {name: _events(schema) for name in names if (schema := f"_{name}-schema") in schemas}
    except (ClientError, BotoCoreError):
        return {}


def _schemas() -> set[str]:
    pages = client("schemas").get_paginator("list_schemas").paginate(RegistryName=REGISTRY)
    return {schema["SchemaName"] for page in pages for schema in page["Schemas"]}


def _events(schema: str) -> dict[str, Any]:
    content = client("schemas").describe_schema(RegistryName=REGISTRY, SchemaName=schema)["Content"]
    try:
        examples = json.loads(content)["components"]["examples"]
        return {name: example["value"] for name, example in examples.items()}
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return {}
