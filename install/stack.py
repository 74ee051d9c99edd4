"""The application's own stack, as CloudFormation describes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

# A stack that was never created, or is half removed, takes no update: it can only be removed.
_BROKEN: Final = frozenset({"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"})
_NOT_EXECUTED: Final = "REVIEW_IN_PROGRESS"
_MANAGED_BY: Final = {"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    name: str
    status: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str]

    @classmethod
    def from_description(cls, described: Mapping[str, Any]) -> Self:
        """From an element of DescribeStacks' `Stacks`."""
        outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
        parameters = {
            each["ParameterKey"]: each.get("ParameterValue", "") for each in described.get("Parameters", [])
        }
        return cls(
            name=described["StackName"], status=described["StackStatus"], outputs=outputs, parameters=parameters
        )

    @property
    def is_broken(self) -> bool:
        """It can only be removed."""
        return self.status in _BROKEN

    @property
    def is_moving(self) -> bool:
        """Somebody creates, updates or removes it just now."""
        return self.status.endswith("_IN_PROGRESS") and self.status != _NOT_EXECUTED


def is_deployed(described: Mapping[str, Any], role_arn: str | None) -> bool:
    """Whether an application of this kind deployed the stack: the one with that role, where the role is known."""
    is_ours = _MANAGED_BY in described.get("Tags", []) and "RootId" not in described
    return is_ours and (role_arn is None or described.get("RoleARN", role_arn) == role_arn)
