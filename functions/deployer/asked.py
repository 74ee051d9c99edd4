"""What was asked for, looked at once more where it is used: an execution can be started past the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.errors import RequestInvalid
from deployer.repository import Repository, branch_problem, commit_problem, path_problem
from deployer.stack.stack import stack_name_problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def check_asked(request: Mapping[str, Any]) -> None:
    """Returns for a request whose repository, places in it and stack are what the API would take.

    Raises RequestInvalid.
    """
    given = {field: str(request[field]) for field in _RULES if request.get(field)}
    problems = {field: _RULES[field](value) for field, value in given.items()}
    if found := {field: problem for field, problem in problems.items() if problem}:
        raise RequestInvalid(found)


def _repository_problem(text: str) -> str | None:
    try:
        Repository.from_text(text)
    except ValueError as error:
        return str(error)
    return None


_RULES: Final[dict[str, Callable[[str], str | None]]] = {
    "repository": _repository_problem,
    "branch": branch_problem,
    "commit": commit_problem,
    "projectRoot": path_problem,
    "template": path_problem,
    "stackName": stack_name_problem,
}
