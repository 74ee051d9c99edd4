"""samconfig.toml: what a project's own file says of its deployment, as the SAM CLI would read it.

Sources: AWS SAM Developer Guide, "AWS SAM CLI configuration file" (tables `{environment}.{command}.parameters`,
and `global` for every command); the SAM CLI's option types (`parameter_overrides`, `tags`).
"""

from __future__ import annotations

import posixpath
import re
import shlex
import tomllib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from deployer.amounts import listed
from deployer.stack.stack import tag_problem

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

SAMCONFIG: Final = "samconfig.toml"
MAX_BYTES: Final = 64_000
"""The values travel in state data. No file of a person is nearly that long."""

_ENVIRONMENT: Final = "default"
_COMMANDS: Final = ("build", "global", "deploy")
"""The later ones count for more."""

_PARAMETER_NAME: Final = re.compile(r"[A-Za-z0-9]{1,255}", re.ASCII)
_NOT_USED: Final = {
    "stack_name": "the request names the stack",
    "capabilities": "they are worked out from the template",
}
_MAX_NOTED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class SamConfig:
    """`path` is the file's; `template` is relative to the repository's top. `notes` are sentences for people."""

    path: str = ""
    template: str | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def settings_paths(files: Iterable[str], *folders: str) -> list[str]:
    """The samconfig.toml in each of those folders that has one."""
    wanted = dict.fromkeys(posixpath.join(folder, SAMCONFIG) for folder in folders)
    there = set(wanted) & set(files)
    return [path for path in wanted if path in there]


def find_samconfig(texts: Mapping[str, str], *folders: str) -> SamConfig:
    """What the first of those folders that has the file says by it; nothing where none has."""
    for path in settings_paths(texts, *folders):
        return read_samconfig(texts[path], path)
    return SamConfig()


def template_of_samconfig(texts: Mapping[str, str], files: Collection[str], project_root: str) -> str | None:
    """The template that the project root's own file names, if it is in the repository; a build's is not."""
    template = find_samconfig(texts, project_root).template
    return template if template in files else None


def read_samconfig(text: str, path: str) -> SamConfig:
    """What the text says; of what cannot be read, and of what is not used, there is a note."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return SamConfig(path=path, notes=(f"{path} is not read: it has more than {MAX_BYTES:,} bytes",))
    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return SamConfig(path=path, notes=(f"{path} is not read: it is no TOML: {error}",))
    notes: list[str] = []
    tables = [_table(document, _ENVIRONMENT, command, "parameters") for command in _COMMANDS]
    parameters = _parameters(_pairs(tables, ("template_parameters", "parameter_overrides"), notes), notes)
    tags = _tags(_pairs(tables, ("template_tags", "tags"), notes), notes)
    told = [*notes, *_unused(tables)]
    return SamConfig(
        path=path,
        template=_template(tables, path),
        parameters=parameters,
        tags=tags,
        notes=tuple(f"{path}: {note}" for note in told[:_MAX_NOTED]),
    )


def _table(node: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def _template(tables: list[dict[str, Any]], path: str) -> str | None:
    """Where the build finds it: what is deployed may be what the build left."""
    for table in tables:
        name = table.get("template_file", table.get("template"))
        if isinstance(name, str) and name:
            return posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
    return None


def _pairs(tables: list[dict[str, Any]], keys: tuple[str, ...], notes: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in tables:
        for key in keys:
            found |= _read_pairs(table.get(key), key, notes)
    return found


def _read_pairs(value: Any, key: str, notes: list[str]) -> dict[str, str]:
    """In each form that the SAM CLI takes: a text of pairs, a list of such, or a table."""
    if isinstance(value, dict):
        texts = {name: _text(each) for name, each in value.items()}
        return {name: text for name, text in texts.items() if text is not None}
    found: dict[str, str] = {}
    for text in value if isinstance(value, list) else [value]:
        if isinstance(text, str):
            found |= _split(text, key, notes)
    return found


def _text(value: Any) -> str | None:
    """A value as CloudFormation takes it: a list's members with commas; None for what has no such form."""
    if isinstance(value, list):
        return ",".join(text for each in value if not isinstance(each, list) and (text := _text(each)) is not None)
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None


def _split(text: str, key: str, notes: list[str]) -> dict[str, str]:
    """`A=b C="d e"`, or the older `ParameterKey=A,ParameterValue=b`."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        notes.append(f"{key} is not read: {error}")
        return {}
    pairs = [_pair(word) for word in words]
    if None in pairs:
        notes.append(f"what is no pair of name and value in {key} is not used")
    return dict(filter(None, pairs))


def _pair(word: str) -> tuple[str, str] | None:
    if word.startswith("ParameterKey="):
        word = word.removeprefix("ParameterKey=").replace(",ParameterValue=", "=", 1)
    name, equals, value = word.partition("=")
    return (name, value) if equals and name else None


def _parameters(pairs: dict[str, str], notes: list[str]) -> dict[str, str]:
    wrong = [name for name in pairs if not _PARAMETER_NAME.fullmatch(name)]
    if wrong:
        notes.append(f"{listed(name[:80] for name in wrong[:_MAX_NOTED])}: no name of a parameter, not used")
    return {name: value for name, value in pairs.items() if name not in wrong}


def _tags(pairs: dict[str, str], notes: list[str]) -> dict[str, str]:
    problems = {name: problem for name, value in pairs.items() if (problem := tag_problem(name, value))}
    notes += [f"the tag {name[:80]} is not used: {problem}" for name, problem in problems.items()]
    return {name: value for name, value in pairs.items() if name not in problems}


def _unused(tables: list[dict[str, Any]]) -> Iterator[str]:
    for key, reason in _NOT_USED.items():
        if any(key in table for table in tables):
            yield f"{key} is not used: {reason}"
