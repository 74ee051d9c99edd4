"""The AWS account that is installed into, and the stacks in it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from install.errors import AccountUnreachable, StackMissing
from install.stack import Stack, is_deployed

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
        try:
            session = boto3.Session(region_name=_region())
            if session.region_name is None:
                raise AccountUnreachable("no region is set: AWS_REGION=eu-west-1 make deploy, or `aws configure`")
            number = session.client("sts").get_caller_identity()["Account"]
        except (BotoCoreError, ClientError) as error:
            raise AccountUnreachable(f"AWS does not know who you are: {error}. See `aws configure`.") from error
        return cls(number, session.region_name, session)

    def client(self, service: str) -> Any:
        return self.session.client(service)  # type: ignore[call-overload] # the name is not a literal

    def __str__(self) -> str:
        return f"account {self.number}, region {self.region}"

    def stack(self, name: str) -> Stack | None:
        """The stack, however it is; None where there is none."""
        try:
            stacks = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise AccountUnreachable(f"the stack {name} cannot be looked at: {error}") from error
        return Stack.from_description(stacks[0])

    def installed(self, name: str) -> Stack:
        """The stack. Raises StackMissing."""
        stack = self.stack(name)
        if stack is None:
            raise StackMissing(f"there is no stack {name} in {self}")
        return stack

    def deployed_stacks(self, role_arn: str | None) -> list[Mapping[str, Any]]:
        """The stacks that the application with that CloudFormation role deployed in this region, by name."""
        pages = self.client("cloudformation").get_paginator("describe_stacks").paginate()
        deployed = [stack for page in pages for stack in page["Stacks"] if is_deployed(stack, role_arn)]
        return sorted(deployed, key=lambda stack: str(stack["StackName"]))


def _region() -> str | None:
    """boto3 itself reads AWS_DEFAULT_REGION and the profile, but not what the other AWS tools read first."""
    return os.environ.get("AWS_REGION") or None
