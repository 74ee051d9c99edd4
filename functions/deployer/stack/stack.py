"""A CloudFormation stack: what each of its statuses means, and the name and tags that ours carry."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto
from typing import TYPE_CHECKING, Final

from deployer.template.limits import STACK_NAME, TAG_KEY, TAG_VALUE, TAGS

if TYPE_CHECKING:
    from collections.abc import Mapping

MANAGED_BY: Final = "ManagedBy"
OURS: Final = "GitHubLambdaDeployer"
SESSION_TAG: Final = "DeploymentSessionId"
REPOSITORY_TAG: Final = "DeploymentRepository"
COMMIT_TAG: Final = "DeploymentCommit"
RESERVED_TAGS: Final = frozenset({MANAGED_BY, SESSION_TAG, REPOSITORY_TAG, COMMIT_TAG})
MAX_GIVEN_TAGS: Final = TAGS.most - len(RESERVED_TAGS)

# CloudFormation user guide, "Resource tag": letters, digits, white space and + - = . _ : / @: of these, ASCII.
_TAG_TEXT: Final = re.compile(r"[A-Za-z0-9 +\-=._:/@]*", re.ASCII)
_SLUG_LENGTH: Final = 24
# CloudFormation API, CreateChangeSet: letters, digits and -, a letter first, at most 128.
_STACK_NAME: Final = re.compile(rf"[A-Za-z][A-Za-z0-9-]{{0,{STACK_NAME.most - 1}}}", re.ASCII)


class _Is(Enum):
    """How a status stands, as far as our waiting is concerned."""

    MOVING = auto()
    SUCCEEDED = auto()
    FAILED = auto()
    GONE = auto()


class _Allows(Enum):
    """What may be done next to a stack that is to be deployed."""

    CREATE = auto()
    UPDATE = auto()
    CLEAR = auto()
    WAIT = auto()
    REPAIR = auto()  # by hand: nothing that we may do brings it back


class StackStatus(StrEnum):
    """Every status that CloudFormation's API knows, decided once each."""

    CREATE_IN_PROGRESS = "CREATE_IN_PROGRESS"
    CREATE_FAILED = "CREATE_FAILED"
    CREATE_COMPLETE = "CREATE_COMPLETE"
    ROLLBACK_IN_PROGRESS = "ROLLBACK_IN_PROGRESS"
    ROLLBACK_FAILED = "ROLLBACK_FAILED"
    ROLLBACK_COMPLETE = "ROLLBACK_COMPLETE"
    DELETE_IN_PROGRESS = "DELETE_IN_PROGRESS"
    DELETE_FAILED = "DELETE_FAILED"
    DELETE_COMPLETE = "DELETE_COMPLETE"
    UPDATE_IN_PROGRESS = "UPDATE_IN_PROGRESS"
    UPDATE_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_COMPLETE = "UPDATE_COMPLETE"
    UPDATE_FAILED = "UPDATE_FAILED"
    UPDATE_ROLLBACK_IN_PROGRESS = "UPDATE_ROLLBACK_IN_PROGRESS"
    UPDATE_ROLLBACK_FAILED = "UPDATE_ROLLBACK_FAILED"
    UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS = "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"
    UPDATE_ROLLBACK_COMPLETE = "UPDATE_ROLLBACK_COMPLETE"
    REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS"
    IMPORT_IN_PROGRESS = "IMPORT_IN_PROGRESS"
    IMPORT_COMPLETE = "IMPORT_COMPLETE"
    IMPORT_ROLLBACK_IN_PROGRESS = "IMPORT_ROLLBACK_IN_PROGRESS"
    IMPORT_ROLLBACK_FAILED = "IMPORT_ROLLBACK_FAILED"
    IMPORT_ROLLBACK_COMPLETE = "IMPORT_ROLLBACK_COMPLETE"

    @property
    def is_settled(self) -> bool:
        """CloudFormation has stopped working on it. REVIEW_IN_PROGRESS still waits for its change set."""
        return _DECIDED[self][0] is not _Is.MOVING

    @property
    def is_failed(self) -> bool:
        """It settled, and what was asked for is not there: a finished rollback is a failure too."""
        return _DECIDED[self][0] is _Is.FAILED

    @property
    def is_succeeded(self) -> bool:
        """It settled as it was asked for."""
        return _DECIDED[self][0] is _Is.SUCCEEDED

    @property
    def is_gone(self) -> bool:
        return _DECIDED[self][0] is _Is.GONE

    @property
    def may_be_created(self) -> bool:
        """A change set of type CREATE is taken: there is no stack, or an empty one that waits for a change set."""
        return _DECIDED[self][1] is _Allows.CREATE

    @property
    def may_be_updated(self) -> bool:
        return _DECIDED[self][1] is _Allows.UPDATE

    @property
    def must_be_cleared(self) -> bool:
        """A first create that failed: CloudFormation takes nothing but its removal."""
        return _DECIDED[self][1] is _Allows.CLEAR

    @property
    def must_be_repaired(self) -> bool:
        """Only a person can bring it back, in the CloudFormation console."""
        return _DECIDED[self][1] is _Allows.REPAIR

    @property
    def is_first_create(self) -> bool:
        """Stopping it means removing it: there is no earlier state to go back to."""
        return self in {StackStatus.REVIEW_IN_PROGRESS, StackStatus.CREATE_IN_PROGRESS, StackStatus.CREATE_FAILED}

    @property
    def may_be_cancelled(self) -> bool:
        """CancelUpdateStack takes this status and no other."""
        return self is StackStatus.UPDATE_IN_PROGRESS


_S = StackStatus
_DECIDED: Final[dict[StackStatus, tuple[_Is, _Allows]]] = {
    _S.CREATE_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.CREATE_FAILED: (_Is.FAILED, _Allows.CLEAR),
    _S.CREATE_COMPLETE: (_Is.SUCCEEDED, _Allows.UPDATE),
    _S.ROLLBACK_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.ROLLBACK_FAILED: (_Is.FAILED, _Allows.CLEAR),
    _S.ROLLBACK_COMPLETE: (_Is.FAILED, _Allows.CLEAR),
    _S.DELETE_IN_PROGRESS: (_Is.MOVING, _Allows.CLEAR),
    _S.DELETE_FAILED: (_Is.FAILED, _Allows.REPAIR),
    _S.DELETE_COMPLETE: (_Is.GONE, _Allows.CREATE),
    _S.UPDATE_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.UPDATE_COMPLETE_CLEANUP_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.UPDATE_COMPLETE: (_Is.SUCCEEDED, _Allows.UPDATE),
    _S.UPDATE_FAILED: (_Is.FAILED, _Allows.UPDATE),
    _S.UPDATE_ROLLBACK_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.UPDATE_ROLLBACK_FAILED: (_Is.FAILED, _Allows.REPAIR),
    _S.UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.UPDATE_ROLLBACK_COMPLETE: (_Is.FAILED, _Allows.UPDATE),
    _S.REVIEW_IN_PROGRESS: (_Is.MOVING, _Allows.CREATE),
    _S.IMPORT_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.IMPORT_COMPLETE: (_Is.SUCCEEDED, _Allows.UPDATE),
    _S.IMPORT_ROLLBACK_IN_PROGRESS: (_Is.MOVING, _Allows.WAIT),
    _S.IMPORT_ROLLBACK_FAILED: (_Is.FAILED, _Allows.REPAIR),
    _S.IMPORT_ROLLBACK_COMPLETE: (_Is.FAILED, _Allows.UPDATE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """A stack as CloudFormation describes it. `parameters` has the values by name, `****` for secret ones."""

    stack_id: str
    name: str
    status: StackStatus
    reason: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_ours(self) -> bool:
        """It carries this application's tag. No other stack is ever changed."""
        return self.tags.get(MANAGED_BY) == OURS

    @property
    def kept_parameters(self) -> Mapping[str, str]:
        """The values that stay when they are not given: those of a stack of ours that lives on."""
        is_kept = self.is_ours and not (self.status.may_be_created or self.status.must_be_cleared)
        return self.parameters if is_kept else {}


def stack_name_problem(name: str) -> str | None:
    """Why that is no stack's name, or None."""
    allowed = f"letters, digits and -, a letter first, at most {STACK_NAME.most}"
    return None if _STACK_NAME.fullmatch(name) else allowed


def stack_name(project_root: str, repository: str, session_id: str) -> str:
    """A name for the stack of a session that asks for none: `{project or repository}-{8 characters of the id}`.

    It begins with a letter and has at most 33 characters of a-z, 0-9 and -, so that the physical names that
    CloudFormation makes of it stay legal everywhere.
    """
    last = (project_root or repository).rstrip("/").rsplit("/", 1)[-1]
    slug = re.sub(r"[^a-z0-9]+", "-", last.lower(), flags=re.ASCII).strip("-")
    if not slug[:1].isalpha():
        slug = f"stack-{slug}"
    return f"{slug[:_SLUG_LENGTH].strip('-')}-{session_id[-8:]}"


def tags(
    session_id: str, given: Mapping[str, str], *, repository: str, commit: str, current: Mapping[str, str]
) -> dict[str, str]:
    """The tags of a session's stack: what was given, and ours, which cannot be overridden.

    A stack keeps the session that made it (`current` are its tags, if there is a stack): a tag that changed with
    every session would change every resource, and the same commit again could not be seen to change nothing.
    """
    ours = {
        SESSION_TAG: current.get(SESSION_TAG, session_id),
        MANAGED_BY: OURS,
        REPOSITORY_TAG: repository,
        COMMIT_TAG: commit,
    }
    return {**given, **ours}


def tag_problem(key: str, value: str) -> str | None:
    """Why CloudFormation or this application would refuse that tag, or None."""
    if key in RESERVED_TAGS:
        return "is set by this application"
    if not 1 <= len(key) <= TAG_KEY.most or len(value) > TAG_VALUE.most:
        return f"a tag's name has 1 to {TAG_KEY.most} characters and its value at most {TAG_VALUE.most}"
    if key.lower().startswith("aws:"):
        return "names that begin with aws: belong to AWS"
    if not _TAG_TEXT.fullmatch(key) or not _TAG_TEXT.fullmatch(value):
        return "letters a to z, digits, spaces and + - = . _ : / @ only"
    return None
