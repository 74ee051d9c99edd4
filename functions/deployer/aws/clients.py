"""The boto3 clients, one for each service and process."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import boto3
from botocore.config import Config

_CONFIG: Final = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 5},
    signature_version="v4",
    # Path style and signature 4: presigned addresses that every region, and the embedded platform, takes.
    s3={"addressing_style": "path"},
)


@cache
def client(service: str) -> Any:
    """The client of that service; its endpoint and region are what boto3 finds in the environment."""
    config = _CONFIG.merge(Config(signature_version="s3v4")) if service == "s3" else _CONFIG
    make: Any = boto3.client  # the stubs have no overload for a service that is a variable
    return make(service, config=config)
