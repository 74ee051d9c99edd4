"""What people do without sanity tests: look at the stack's status; invoke each function and GET each endpoint."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.aws import Aws

_COMPLETE: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def is_complete(aws: Aws) -> bool:
    """`The stack is CREATE_COMPLETE`."""
    return aws.status() in _COMPLETE


def failing_calls(aws: Aws) -> set[str]:
    """Functions that fail when they are invoked with {}, and routes whose GET is answered with 500 or more.

    They are called as in every deployment of the same stack.
    """
    client = aws.client("lambda")
    calls: dict[str, Callable[[], bool]] = {
        each.logical_id: partial(_is_invoked, client, each.physical_id) for each in aws.functions
    }
    try:
        calls |= {name: partial(_is_answered, aws, address) for name, address in aws.endpoints().items()}
    except (BotoCoreError, ClientError):
        calls["endpoints"] = lambda: False
    with ThreadPoolExecutor(4) as pool:
        went_well = pool.map(lambda call: call(), calls.values())
        return {name for name, good in zip(calls, went_well, strict=True) if not good}


def _is_answered(aws: Aws, address: str) -> bool:
    return aws.get(address) < 500


def _is_invoked(client: Any, name: str) -> bool:
    try:
        return "FunctionError" not in client.invoke(FunctionName=name, Payload=b"{}")
    except (BotoCoreError, ClientError):
        return False
