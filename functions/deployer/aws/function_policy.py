"""A function's resource-based policy: who may call it."""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.exceptions import ClientError

from deployer.aws.clients import client

_NOT_FOUND: Final = "ResourceNotFoundException"


def policy_of(function: str, qualifier: str | None = None) -> dict[str, Any] | None:
    """The policy of a function (a name or an ARN), version or alias; None when it has none.

    Raises ClientError, ResourceNotFoundException, when it is the function, or what the qualifier names, that does
    not exist: GetPolicy itself answers the same in both cases.
    """
    qualified = {"Qualifier": qualifier} if qualifier else {}
    try:
        answer = client("lambda").get_policy(FunctionName=function, **qualified)
    except ClientError as error:
        if error.response["Error"]["Code"] != _NOT_FOUND:
            raise
        client("lambda").get_function_configuration(FunctionName=function, **qualified)
        return None
    policy: dict[str, Any] = json.loads(answer["Policy"])
    return policy
