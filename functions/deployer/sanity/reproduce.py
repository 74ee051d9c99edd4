"""The one line with which a person sees for themselves."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


def aws(service: str, operation: str, **options: str) -> str:
    """`aws dynamodb describe-table --table-name orders`, safe for a shell whatever the values hold."""
    words = ["aws", service, operation]
    for name, value in options.items():
        words += [f"--{name.rstrip('_').replace('_', '-')}", value]
    return shlex.join(words)


def command(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """The same for a call of the API: DescribeTable, with TableName."""
    words = ["aws", "s3api" if service == "s3" else service, _kebab(operation)]
    for name, value in parameters.items():
        words += [f"--{_kebab(name)}", value if isinstance(value, str) else json.dumps(value, default=str)]
    return shlex.join(words)


def _kebab(name: str) -> str:
    """restApiId and RestApiId become rest-api-id, ListObjectsV2 list-objects-v2."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return spaced.lower()
