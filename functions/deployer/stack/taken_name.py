"""A physical name that something has already: what has it, whose that is, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from deployer.template.physical_name import PhysicalName


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """The stack that has the thing, as `logical_id`.

    `root_name` and `root_id` are those of the stack that it is nested in, or its own. `is_ours`: this application
    made it. `has_let_go`: it left the thing behind.
    """

    stack_name: str
    logical_id: str
    root_name: str
    root_id: str
    is_ours: bool
    has_let_go: bool


class Unowned(Enum):
    """Why there is no owner to be told."""

    NO_STACK = auto()
    NOT_TOLD = auto()
    OTHER_ACCOUNT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenName:
    """`is_going`: the thing that has it is being deleted."""

    name: PhysicalName
    is_going: bool
    owner: Owner | Unowned

    def finding(self, stack_id: str) -> str:
        """`Orders: AWS::DynamoDB::Table orders belongs to ...`. `stack_id` is the stack that is updated."""
        name = self.name
        going = " and is being deleted" if self.is_going else ""
        named = f" (named by parameter {', '.join(name.parameters)})" if name.parameters else ""
        return f"{name.logical_id}: {name.resource_type} {name.name}{named} {self._whose(stack_id)}{going}"

    def _whose(self, stack_id: str) -> str:
        match self.owner:
            case Unowned.NO_STACK:
                return "exists, and no stack has it"
            case Unowned.NOT_TOLD:
                return "exists, and whose it is cannot be told"
            case Unowned.OTHER_ACCOUNT:
                return "exists in another account, or is closed to this application"
            case Owner() as owner:
                return _of_stack(owner, stack_id)


def _of_stack(owner: Owner, stack_id: str) -> str:
    role = f" as {owner.logical_id}"
    if owner.has_let_go:
        return f"exists, left behind by stack {owner.stack_name}{role}"
    if owner.root_id == stack_id:
        return f"is in this stack already{role}, and what keeps its name has to keep its logical id"
    if owner.is_ours:
        ours = "" if owner.root_name == owner.stack_name else f" (in {owner.root_name})"
        way = f"which this application made, and stackName {owner.root_name} would update"
        return f"belongs to stack {owner.stack_name}{ours}{role}, {way}"
    return f"belongs to stack {owner.stack_name}{role}"


def twins(names: Sequence[PhysicalName]) -> Iterator[str]:
    """A finding for each name that the template gives to a second thing."""
    first: dict[tuple[str, str], PhysicalName] = {}
    for name in names:
        other = first.setdefault((name.resource_type, name.identifier), name)
        if other is not name:
            yield f"{name.logical_id}: {name.resource_type} {name.name} is what {other.logical_id} is named, too"
