"""The boto3 clients, one for each service and process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONFIG: Final = Config(
    connect_timeout=3,
    read_timeout=20,
    retries={"mode": "standard", "total_max_attempts": 5},
    signature_version="v4",
    # Path style and signature 4: presigned addresses that every region, and the embedded platform, takes.
    s3={"addressing_style": "path"},
)


_MAKING: Final = Lock()
"""Clients may be used by several threads; a session may make only one at a time (boto3, "Clients")."""


@cache
def client(service: str) -> Any:
    """The client of that service; its endpoint and region are what boto3 finds in the environment."""
    config = _CONFIG.merge(Config(signature_version="s3v4")) if service == "s3" else _CONFIG
    make: Any = boto3.client  # the stubs have no overload for a service that is a variable
    with _MAKING:
        made = make(service, config=config)
    made.meta.events.register("provide-client-params.*", _keep)
    return made


@dataclass(frozen=True, slots=True)
class Call:
    """What an operation was asked with."""

    service: str  # boto3's name for it
    operation: str  # as in the API: DescribeTable
    parameters: Mapping[str, Any]


_last: list[Call] = []


def last_call(operation: str) -> Call | None:
    """This process's last call of any service, if it was of that operation."""
    return next((call for call in _last if call.operation == operation), None)


def _keep(params: Mapping[str, Any], model: Any, **_: Any) -> None:
    _last[:] = [Call(model.service_model.service_name, model.name, params)]
