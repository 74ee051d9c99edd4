"""One resource of a deployed stack, or of a stack nested in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.session import ResourceRecord
from deployer.stack.event import STACK_TYPE
from deployer.stack.physical_id import shown_id

if TYPE_CHECKING:
    from collections.abc import Mapping

BUCKET_TYPE: Final = "AWS::S3::Bucket"
_KEPT: Final = frozenset({"Retain", "RetainExceptOnCreate"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StackResource:
    """`stack_id` is the stack that holds it; `physical_id` is empty until it is created."""

    stack_id: str
    logical_id: str
    physical_id: str
    type: str
    status: str

    @property
    def is_there(self) -> bool:
        return bool(self.physical_id) and self.status not in {"DELETE_COMPLETE", "DELETE_SKIPPED"}

    @property
    def was_made(self) -> bool:
        """It is the stack's own: a create that failed may name what somebody else has under that name."""
        return self.is_there and self.status != "CREATE_FAILED"

    @property
    def is_nested_stack(self) -> bool:
        return self.type == STACK_TYPE and self.is_there and self.physical_id.startswith("arn:")

    @property
    def is_moving(self) -> bool:
        return self.status.endswith("_IN_PROGRESS")

    @property
    def record(self) -> ResourceRecord:
        return ResourceRecord(
            logicalId=self.logical_id,
            type=self.type,
            physicalId=shown_id(self.type, self.physical_id),
            status=self.status,
        )


def outlives_its_stack(logical_id: str, template: Mapping[str, object]) -> bool:
    """Whether its DeletionPolicy keeps it when the stack goes: its contents are then not ours to remove."""
    resources = template.get("Resources")
    resource = resources.get(logical_id) if isinstance(resources, dict) else None
    return isinstance(resource, dict) and resource.get("DeletionPolicy") in _KEPT
