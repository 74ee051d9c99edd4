"""The AWS account that is installed into, and the application's stack in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from install.errors import AccountUnreachable, StackMissing

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    region: str
    session: boto3.Session

    @classmethod
    def current(cls) -> Account:
        """The one that the AWS configuration leads to. Raises AccountUnreachable."""
        session = boto3.Session()
        if session.region_name is None:
            raise AccountUnreachable("no region is set: AWS_REGION=eu-west-1 make deploy, or `aws configure`")
        try:
            number = session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise AccountUnreachable(f"AWS does not know who you are: {error}. See `aws configure`.") from error
        return cls(number, session.region_name, session)

    def client(self, service: str) -> Any:
        return self.session.client(service)  # type: ignore[call-overload] # the name is not a literal

    def __str__(self) -> str:
        return f"account {self.number}, region {self.region}"

    def has_stack(self, name: str) -> bool:
        """Whether the stack is there, however it is."""
        return self._stack(name) is not None

    def outputs(self, name: str) -> Mapping[str, str]:
        """The stack's outputs. Raises StackMissing."""
        stack = self._stack(name)
        if stack is None:
            raise StackMissing(f"there is no stack {name} in {self}")
        return {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", [])}

    def _stack(self, name: str) -> dict[str, Any] | None:
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise AccountUnreachable(f"the stack {name} cannot be looked at: {error}") from error
        return dict(stacks[0])

    def deployed_stacks(self) -> list[str]:
        """The names of the stacks that such an application deployed in this account and region."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        return sorted(stack["StackName"] for page in pages for stack in page["Stacks"] if _is_deployed(stack))


def _is_deployed(stack: Mapping[str, Any]) -> bool:
    tag = {"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}
    return tag in stack.get("Tags", []) and "RootId" not in stack
