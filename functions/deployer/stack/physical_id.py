"""A resource's physical id as it is kept and shown. A custom resource's is what a stranger's function says."""

from __future__ import annotations

from typing import Final

from deployer.log_text import MAX_BYTES, clean
from deployer.redaction import without_secrets

_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")


def shown_id(resource_type: str, physical_id: str) -> str:
    is_custom = is_custom_type(resource_type)
    return without_secrets(physical_id, MAX_BYTES) if is_custom else clean(physical_id)


def is_custom_type(resource_type: str) -> bool:
    return resource_type.startswith(_CUSTOM)
