"""A change set: what CloudFormation would do, worked out before it does it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deployer.session import ChangeRecord

Kind = Literal["CREATE", "UPDATE"]

# CloudFormation says it in several ways: for change sets, and for updates without one.
_NO_CHANGES: Final = re.compile(r"didn't contain changes|No updates are to be performed", re.IGNORECASE)
_PREFIX: Final = "session-"


class ChangeSetStatus(StrEnum):
    """Every status of a change set, decided once each."""

    CREATE_PENDING = "CREATE_PENDING"
    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    DELETE_PENDING = "DELETE_PENDING"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_COMPLETE = "DELETE_COMPLETE"
    DELETE_FAILED = "DELETE_FAILED"
    FAILED = "FAILED"

    @property
    def is_settled(self) -> bool:
        return self not in {ChangeSetStatus.CREATE_PENDING, ChangeSetStatus.CREATE_IN_PROGRESS}

    @property
    def is_failed(self) -> bool:
        """It will never be ready: CloudFormation refused it, or somebody is removing it."""
        return self.is_settled and self is not ChangeSetStatus.CREATE_COMPLETE


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetRequest:
    """What is asked of CloudFormation. `parameters` are in the form that its API takes."""

    session_id: str
    stack_name: str
    kind: Kind
    template_url: str
    capabilities: Sequence[str]
    parameters: Sequence[Mapping[str, Any]]
    tags: Mapping[str, str]
    keep_failed_stack: bool

    @property
    def name(self) -> str:
        return change_set_name(self.session_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetIds:
    change_set_id: str
    stack_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set as CloudFormation describes it."""

    status: ChangeSetStatus
    reason: str
    was_executed: bool
    changes: Sequence[ChangeRecord]

    @property
    def is_without_changes(self) -> bool:
        """The stack is already as the template wants it. CloudFormation calls that a failed change set."""
        return self.status is ChangeSetStatus.FAILED and _NO_CHANGES.search(self.reason) is not None


def change_set_name(session_id: str) -> str:
    """One session, one name: asking twice for a change set makes one."""
    return f"{_PREFIX}{session_id}"


def is_our_name(name: str) -> bool:
    return name.startswith(_PREFIX)


def in_words(changes: Sequence[ChangeRecord]) -> str:
    """`3 to add, 1 to modify`."""
    counted = Counter(change["action"].lower() for change in changes)
    return ", ".join(f"{count} to {action}" for action, count in sorted(counted.items())) or "nothing to change"
