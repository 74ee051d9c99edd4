"""What a test session is about: a stack or a function that exists, works as far as AWS says, and may be tested."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.errors import TargetNotFound, TargetNotReady, TargetOutOfScope
from deployer.stack.stack import MANAGED_BY, OURS, SESSION_TAG

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.aws.stacks import Stacks
    from deployer.settings import Settings
    from deployer.stack.stack import Stack


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTarget:
    """One of `stack_id` and `function_name` is given."""

    stack_id: str | None = None
    function_name: str | None = None
    name: str
    tags: Mapping[str, str]

    @property
    def is_ours(self) -> bool:
        return self.tags.get(MANAGED_BY) == OURS

    @property
    def session_id(self) -> str | None:
        """The session that made it."""
        return self.tags.get(SESSION_TAG) if self.is_ours else None


class Targets:
    """Finds what may be tested. Each method raises TargetNotFound, TargetNotReady or TargetOutOfScope."""

    def __init__(self, stacks: Stacks, settings: Settings) -> None:
        self._stacks = stacks
        self._own_stack_id = settings.own_stack_id
        self._is_account_tested = settings.test_scope == "account"

    def stack(self, name_or_id: str) -> FoundTarget:
        stack = self._stacks.describe(name_or_id)
        if stack is None or stack.status.is_gone:
            raise TargetNotFound(f"there is no stack {name_or_id}")
        if stack.stack_id == self._own_stack_id:
            raise TargetOutOfScope(f"stack {stack.name} is this application itself")
        found = FoundTarget(stack_id=stack.stack_id, name=stack.name, tags=stack.tags)
        self._check_scope(found, f"stack {stack.name}")
        self._check_status(stack)
        return found

    def function(self, name: str) -> FoundTarget:
        own_name = self._own_stack_id.split("/")[1]
        if name.startswith(f"{own_name}-"):
            raise TargetOutOfScope(f"function {name} is a part of this application itself")
        found = FoundTarget(function_name=name, name=name, tags=_function_tags(name, self._own_stack_id))
        self._check_scope(found, f"function {name}")
        return found

    def _check_status(self, stack: Stack) -> None:
        if not stack.status.is_settled:
            raise TargetNotReady(f"stack {stack.name} is still moving: {stack.status}")
        if not stack.status.is_succeeded:
            reason = f" ({stack.reason})" if stack.reason else ""
            raise TargetNotReady(f"stack {stack.name} failed: {stack.status}{reason}")

    def _check_scope(self, found: FoundTarget, what: str) -> None:
        if not found.is_ours and not self._is_account_tested:
            raise TargetOutOfScope(f"{what} was not deployed by this application, and TestScope is `deployed`")


def _function_tags(name: str, beside: str) -> Mapping[str, str]:
    """The tags of the function in the account and region of the ARN `beside`."""
    _, partition, _, region, account_id, *_ = beside.split(":")
    arn = f"arn:{partition}:lambda:{region}:{account_id}:function:{name}"
    try:
        tags: Mapping[str, str] = client("lambda").list_tags(Resource=arn)["Tags"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceNotFoundException":
            raise
        raise TargetNotFound(f"there is no function {name}") from error
    return tags
