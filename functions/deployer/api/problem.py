"""An error as RFC 9457 has it: `application/problem+json`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NotRequired, TypedDict

from deployer.errors import RequestInvalid
from deployer.log_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from deployer.errors import DeployerError

CONTENT_TYPE: Final = "application/problem+json"
_MAX_DETAIL: Final = 4096

# pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) in our words.
_PROBLEMS: Final = {
    "missing": "is required",
    "extra_forbidden": "is not a field of this request",
    "string_type": "must be a string",
    "bool_type": "must be true or false",
    "dict_type": "must be an object",
    "model_attributes_type": "must be a JSON object",
    "model_type": "must be a JSON object",
    "int_parsing": "must be a whole number",
    "string_pattern_mismatch": "has a character that it may not have",
}


class FieldProblem(TypedDict):
    field: str
    problem: str


class Problem(TypedDict):
    """`code` is the error's class; `type` leads to its paragraph in docs/errors.md."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: NotRequired[str]
    errors: NotRequired[list[FieldProblem]]
    requestId: str


def problem_of(error: DeployerError, status: int, request_id: str) -> Problem:
    problem: Problem = {
        "type": f"docs/errors.md#{error.code.lower()}",
        "title": re.sub(r"(?<!^)([A-Z])", r" \1", error.code).capitalize(),
        "status": status,
        "detail": clean(error.message, _MAX_DETAIL),
        "code": error.code,
        "requestId": request_id,
    }
    if error.hint:
        problem["hint"] = error.hint
    if isinstance(error, RequestInvalid):
        problem["errors"] = [{"field": f, "problem": clean(p, _MAX_DETAIL)} for f, p in error.problems.items()]
    return problem


def invalid(errors: Iterable[Mapping[str, object]]) -> RequestInvalid:
    """The error for what pydantic found: each field (dotted, without `body` or `query`) with its first problem."""
    problems: dict[str, str] = {}
    for error in errors:
        location = error["loc"]
        parts = [str(part) for part in location] if isinstance(location, tuple) else []
        field = ".".join(parts[1:]) or ".".join(parts)
        problems.setdefault(clean(field, 256), _said(error))
    return RequestInvalid(problems)


def _said(error: Mapping[str, object]) -> str:
    message = re.sub(r"^(Value error, |(Input|String) should (?=\w))", _beginning, str(error["msg"]))
    return _PROBLEMS.get(str(error["type"]), message)


def _beginning(match: re.Match[str]) -> str:
    return "must " if match[2] else ""
