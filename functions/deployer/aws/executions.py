"""Executions of the state machines: started once under a name of ours, and asked how they are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.ending import Execution, ExecutionStatus

if TYPE_CHECKING:
    from collections.abc import Mapping


def execution_arn(machine_arn: str, name: str) -> str:
    """The ARN that an execution of that machine and name has, or will have."""
    return f"{machine_arn.replace(':stateMachine:', ':execution:')}:{name}"


def start(arn: str, data: Mapping[str, Any]) -> None:
    """The execution of that ARN runs, or ran: the same name never starts twice."""
    machine, _, name = arn.replace(":execution:", ":stateMachine:").rpartition(":")
    try:
        client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(data))
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
            raise


def describe(arn: str) -> Execution | None:
    """How the execution is; None when it was never started."""
    try:
        answer = client("stepfunctions").describe_execution(executionArn=arn)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ExecutionDoesNotExist":
            raise
        return None
    return Execution(
        status=ExecutionStatus(answer["status"]), error=answer.get("error") or "", cause=answer.get("cause") or ""
    )
