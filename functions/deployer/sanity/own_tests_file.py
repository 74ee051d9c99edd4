"""The repository's own tests: `sanity-tests.yaml` in the project root, read as hostile text, checked by field.

docs/sanity-tests.md describes every field for people.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from deployer.amounts import size
from deployer.api.fields import unless
from deployer.errors import SanityTestsInvalid
from deployer.log_text import clean
from deployer.repository import path_problem
from deployer.sanity.own_test_rules import (
    headers_problem,
    line_problem,
    logical_id_problem,
    stage_problem,
    target_problem,
)
from deployer.template.text import read
from deployer.template.yaml_growth import TextInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAMES: Final = ("sanity-tests.yaml", "sanity-tests.yml")
MAX_BYTES: Final = 262_144
"""Of the file, and of what it holds with its aliases written out."""
MAX_TESTS: Final = 200
MAX_STATUSES: Final = 20
MAX_TEXTS: Final = 20
_SHOWN_PROBLEMS: Final = 10

# pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) in our words.
_PROBLEMS: Final = {
    "missing": "is required",
    "string_type": "must be text: put it in quotes",
    "bool_type": "must be true or false",
    "int_type": "must be a whole number",
    "dict_type": "must be a mapping",
    "list_type": "must be a list",
    "model_type": "must be a mapping",
    "model_attributes_type": "must be a mapping",
    "string_too_short": "must not be empty",
}


def _texts(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _statuses(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


LogicalId = Annotated[str, unless(logical_id_problem)]
Texts = Annotated[
    list[Annotated[str, Field(min_length=1)]], BeforeValidator(_texts), Field(min_length=1, max_length=MAX_TEXTS)
]
Status = Annotated[int, Field(ge=100, le=599)]
Statuses = Annotated[list[Status], BeforeValidator(_statuses), Field(min_length=1, max_length=MAX_STATUSES)]
Method = Annotated[Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"], BeforeValidator(_upper)]
Line = Annotated[str, Field(min_length=1, max_length=200), unless(line_problem)]


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    def was_given(self, name: str) -> bool:
        return name in self.model_fields_set


class Request(_Fields):
    """An HTTP request to an API or a function's URL: to the only one, unless it is named. A body that is no text
    is sent as JSON."""

    api: LogicalId | None = None
    stage: Annotated[str, unless(stage_problem)] | None = None
    method: Method = "GET"
    path: Annotated[str, unless(target_problem)]
    headers: Annotated[dict[str, str], unless(headers_problem)] = {}
    body: Any = None


class Invocation(_Fields):
    """An invocation of a function, with a payload that stands here or in a file of the project."""

    function: LogicalId | None = None
    payload: Any = None
    event: Annotated[str, unless(path_problem)] | None = None

    @model_validator(mode="after")
    def _has_one_payload(self) -> Invocation:
        if self.was_given("payload") and self.event is not None:
            raise ValueError("give payload or event, not both")
        return self


class Expected(_Fields):
    """What an answer must be. `includes` and `equals` are about JSON, `contains` is about its text."""

    status: Statuses | None = None
    includes: Any = None
    equals: Any = None
    contains: Texts | None = None
    error: Annotated[str, Field(min_length=1, max_length=256)] | None = None


class OwnTest(_Fields):
    name: Line
    request: Request | None = None
    invoke: Invocation | None = None
    expect: Expected = Expected()

    @model_validator(mode="after")
    def _asks_one_thing(self) -> OwnTest:
        if (self.request is None) == (self.invoke is None):
            raise ValueError("give request or invoke, and one of them only")
        if self.invoke is not None and self.expect.status is not None:
            raise ValueError(
                "expect.status is for a request; for an invocation give expect.includes or expect.error"
            )
        if self.request is not None and self.expect.error is not None:
            raise ValueError("expect.error is for an invocation; for a request give expect.status")
        return self


class OwnTests(_Fields):
    """`skip` is by logical id, and says why."""

    tests: Annotated[list[OwnTest], Field(max_length=MAX_TESTS)] = []
    skip: dict[LogicalId, Line] = {}

    @model_validator(mode="after")
    def _names_are_unique(self) -> OwnTests:
        names = [test.name for test in self.tests]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two tests have the name {twice[0]!r}")
        return self


def own_tests_file(files: Mapping[str, str]) -> tuple[str, OwnTests]:
    """The file's name and what it says; a project without one says nothing.

    Raises SanityTestsInvalid that lists what is wrong, each with the test that it is in.
    """
    present = [name for name in NAMES if name in files]
    if len(present) > 1:
        raise SanityTestsInvalid(f"{' and '.join(present)} are both there: give one of them")
    name = present[0] if present else NAMES[0]
    found = document(name, files.get(name, ""))
    try:
        return name, OwnTests.model_validate(found)
    except ValidationError as error:
        raise SanityTestsInvalid(f"{name}: {_listed(error, found)}") from None


def named_events(files: Mapping[str, str]) -> set[str]:
    """The files that its tests send; none of a file that cannot be used, which is for `own_tests_file` to say."""
    try:
        _, file = own_tests_file(files)
    except SanityTestsInvalid:
        return set()
    return {test.invoke.event for test in file.tests if test.invoke and test.invoke.event}


def document(path: str, text: str) -> Any:
    """What a YAML or JSON file holds. Raises SanityTestsInvalid with path and line; for what is too large, too."""
    body_bytes = len(text.encode(errors="replace"))
    if body_bytes > MAX_BYTES:
        raise SanityTestsInvalid(f"{path}: has {size(body_bytes)}, at most {size(MAX_BYTES)} are allowed")
    if not _is_text(text):
        raise SanityTestsInvalid(f"{path}: is not UTF-8 text, or holds a NUL character")
    try:
        found = read(text.removeprefix("\ufeff"))
    except TextInvalid as error:
        place = f"{path}:{error.line}" if error.line else path
        raise SanityTestsInvalid(clean(f"{place}: {error.problem}", 1000)) from error
    if len(json.dumps(found)) > MAX_BYTES:
        raise SanityTestsInvalid(f"{path}: has more than {size(MAX_BYTES)} with its aliases written out")
    return {} if found is None else found


def _is_text(text: str) -> bool:
    return "\0" not in text and text.encode(errors="ignore").decode() == text


def _listed(error: ValidationError, found: Any) -> str:
    errors = error.errors(include_url=False, include_context=False)
    problems = list(dict.fromkeys(_problem(each["loc"], each["type"], each["msg"], found) for each in errors))
    more = len(problems) - _SHOWN_PROBLEMS
    return clean("; ".join(problems[:_SHOWN_PROBLEMS]) + (f"; and {more} more" if more > 0 else ""))


def _problem(location: tuple[int | str, ...], kind: str, message: str, found: Any) -> str:
    said = _PROBLEMS.get(kind, message.removeprefix("Value error, ").replace("Input should", "must"))
    if kind == "extra_forbidden":
        model = next((_MODELS[part] for part in reversed(location[:-1]) if part in _MODELS), OwnTests)
        said = f"is not a field; there are {', '.join(model.model_fields)}"
    match location:
        case ["tests", int(index), *rest]:
            return f"{_test(index, found)}: {_dotted(rest)} {said}".replace(":  ", ": ")
    return f"{_dotted(location)} {said}".strip()


def _test(index: int, found: Any) -> str:
    test = found["tests"][index]
    name = test.get("name") if isinstance(test, dict) else None
    return f"test {index + 1} ({_told(name)})" if isinstance(name, str) else f"test {index + 1}"


def _dotted(location: Iterable[int | str]) -> str:
    return ".".join(_told(str(part)) for part in location if part != "[key]")


def _told(name: str) -> str:
    return name[:100] if name.isprintable() else ascii(name[:100])


_MODELS: Final[dict[int | str, type[_Fields]]] = {
    "tests": OwnTest,
    "request": Request,
    "invoke": Invocation,
    "expect": Expected,
}
