"""The fields that requests have in common: how each is read, and what is wrong with a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import AfterValidator

from deployer.repository import Repository, branch_problem, commit_problem, path_problem
from deployer.stack.stack import stack_name_problem

if TYPE_CHECKING:
    from collections.abc import Callable

Value = TypeVar("Value")


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
    return "" if path in {".", "./"} else path.removeprefix("./").removesuffix("/") or path


def _slug(text: str) -> str:
    return Repository.from_text(text).slug


def _project_root_problem(path: str) -> str | None:
    return path_problem(path) if path else None


RepositoryName = Annotated[str, AfterValidator(_slug)]
Branch = Annotated[str, unless(branch_problem)]
Commit = Annotated[str, unless(commit_problem)]
ProjectRoot = Annotated[str, AfterValidator(trimmed), unless(_project_root_problem)]
StackName = Annotated[str, unless(stack_name_problem)]
