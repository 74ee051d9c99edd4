"""What people do without sanity tests: look at the stack's status; invoke each function and GET each endpoint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from tests.faults.aws import Aws

_COMPLETE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def is_complete(aws: Aws) -> bool:
    """`The stack is CREATE_COMPLETE`."""
    return aws.status() in _COMPLETE


def failing_calls(aws: Aws) -> set[str]:
    """Functions that fail when they are invoked with {}, and routes whose GET is answered with 500 or more."""
    client = aws.client("lambda")
    with ThreadPoolExecutor(4) as pool:
        functions = [each.physical_id for each in aws.functions]
        failed = set(_failed(functions, pool.map(lambda name: _is_invoked(client, name), functions)))
        try:
            endpoints = sorted(set(aws.endpoints()))
        except (BotoCoreError, ClientError):
            return failed | {"endpoints"}
        return failed | set(_failed(endpoints, pool.map(lambda address: aws.get(address) < 500, endpoints)))


def _failed(names: list[str], went_well: Any) -> list[str]:
    return [name for name, good in zip(names, went_well, strict=True) if not good]


def _is_invoked(client: Any, name: str) -> bool:
    try:
        return "FunctionError" not in client.invoke(FunctionName=name, Payload=b"{}")
    except (BotoCoreError, ClientError):
        return False
