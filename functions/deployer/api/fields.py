"""The fields that requests have in common: how each is read, and what is wrong with a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from pydantic import AfterValidator

from deployer.repository import Repository, branch_problem, commit_problem, path_problem
from deployer.template.limits import STACK_NAME

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")

# CloudFormation API, CreateChangeSet: letters, digits and -, a letter first, at most 128.
_STACK_NAME: Final = re.compile(rf"[A-Za-z][A-Za-z0-9-]{{0,{STACK_NAME.most - 1}}}", re.ASCII)


def unless(problem: Callable[[Any], str | None]) -> AfterValidator:
    """A validator that refuses a value with what `problem` says of it."""

    def check(value: Value) -> Value:
        found = problem(value)
        if found:
            raise ValueError(found)
        return value

    return AfterValidator(check)


def trimmed(path: str) -> str:
    """`.` and a slash at the end are how people write paths; neither says anything."""
    return "" if path in {".", "./"} else path.removeprefix("./").removesuffix("/")


def _slug(text: str) -> str:
    return Repository.from_text(text).slug


def _project_root_problem(path: str) -> str | None:
    return path_problem(path) if path else None


def _stack_name_problem(name: str) -> str | None:
    return (
        None
        if _STACK_NAME.fullmatch(name)
        else f"letters, digits and -, a letter first, at most {STACK_NAME.most}"
    )


RepositoryName = Annotated[str, AfterValidator(_slug)]
Branch = Annotated[str, unless(branch_problem)]
Commit = Annotated[str, unless(commit_problem)]
ProjectRoot = Annotated[str, AfterValidator(trimmed), unless(_project_root_problem)]
StackName = Annotated[str, unless(_stack_name_problem)]
