"""What a test's outcome becomes before it is kept: without secrets, of bounded size, its evidence still JSON.

deployer/log_text.py knows secrets by their looks. Here they are also known by the name that stands before them.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from deployer.log_text import clean, cut
from deployer.sanity.hostile_json import parsed
from deployer.sanity.reproduce import rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deployer.sanity.sanity_test import Outcome

MAX_EVIDENCE_BYTES: Final = 4096
MAX_ERROR_BYTES: Final = 1000
MAX_REPRODUCE_BYTES: Final = 2000
_MAX_READ_BYTES: Final = 65_536
_MAX_NAME_BYTES: Final = 100
_MAX_DEPTH: Final = 8
# Bytes of a text, and members of an object or a list: tried in turn until the whole fits.
_STEPS: Final = ((2000, 50), (500, 20), (120, 10), (40, 5))
_HIDDEN: Final = "****"

_WORD: Final = r"p(?:ass(?:word|wd|phrase)s?|wds?|(?<![a-z]p)ass|(?-i:(?<=[a-z]P)ass))"  # no bypass, no compass
# No part of an ARN, where an account's digits stand before `:secret:`.
_NAME: Final = (
    rf"(?:{_WORD}|s(?<!\d:s)ecrets?|token|credentials?|signature"
    r"|(?:api|access|account|private|secret|session|signing|encryption|license)[-_ ]?keys?)"
    r"(?:[-_ ]?(?:string|binary|value))?"
)
# Bare and behind a colon, a password may have spaces: it ends with the line, or where a value ends.
_PHRASE: Final = re.compile(rf"(?i)({_WORD}[ \t]{{0,8}}:[ \t]{{1,8}})[^\s\"'&,;<>{{}}\[\])][^\n\"'&,;<>}}\])]*")
# A name, perhaps in quotes, perhaps itself a value with its own behind it; and what it stands before: in quotes,
# in quotes of a text within a text, an object or a list with what is in it, or bare.
_NAMED: Final = re.compile(
    rf"(?i)({_NAME}(?:\\{{0,3}}[\"']\s{{0,8}},\s{{0,8}}\\{{0,3}}[\"']value)?"
    rf"\\{{0,3}}[\"']?\s{{0,8}}(?:[=:]|%3d)\s{{0,8}})(?!\"{re.escape(_HIDDEN)}\")"
    r"(?:\"(?:[^\"\\\n]|\\.)*\"?|b?'[^'\n]*'?|\\{1,3}[\"'][^\n]*?(?:\\{1,3}[\"']|(?=\n)|\Z)"
    r"|\{(?=\s{0,40}[\\\"'])(?:[^{}]|\{[^{}]*\})*\}?|\[(?=\s{0,40}[\\\"'\[{])(?:[^\[\]]|\[[^\[\]]*\])*\]?"
    r"|[^\s\"'&,;<>}\])]+)"
)
_OPTION: Final = re.compile(rf"(?i)((?<!-)--[a-z-]{{0,40}}{_NAME}[ =])(?:'[^']*'|\S+)")
_HEADER: Final = re.compile(
    r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,3}[\"']?\s{0,8}[:=]\s{0,8})"
    r"(?:(\\{0,3}[\"'])[^\"'\\\n]*|[^'\n]+)"
)
_BEARER: Final = re.compile(r"(?i)\b(bearer|basic) +(?=[^\s\d]{0,400}\d)[A-Za-z0-9._~+/=-]{8,}")
_LOOKS: Final = re.compile(
    r"\b(?:xox[abeoprs]-[A-Za-z0-9-]{8,}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|sk-[A-Za-z0-9_-]{20,}"
    r"|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{16,})"
)
_SECRET_MEMBER: Final = re.compile(rf"(?i)(?:{_NAME}|authorization|cookie)s?\Z")
_LABEL: Final = frozenset({"name", "key"})  # {"name": "DB_PASSWORD", "value": ...}


def redacted(outcome: Outcome) -> Outcome:
    """The same outcome, fit to be kept."""
    return replace(
        outcome,
        error=without_secrets(outcome.error, MAX_ERROR_BYTES),
        reproduce=rewritten(outcome.reproduce, _word, MAX_REPRODUCE_BYTES),
        evidence=evidence(outcome.evidence),
    )


def _word(word: str) -> str:
    """Of a command: not to be cut, since the rest of it would mean something else."""
    return without_secrets(word, _MAX_READ_BYTES)


def without_secrets(text: str, max_bytes: int) -> str:
    """The text, harmless, without what looks like a secret or stands behind a secret's name."""
    harmless = clean(_without_members(cut(text, _MAX_READ_BYTES)), _MAX_READ_BYTES)
    harmless = _HEADER.sub(rf"\1\2\3{_HIDDEN}", harmless)
    harmless = _PHRASE.sub(rf"\1{_HIDDEN}", harmless)
    harmless = _NAMED.sub(rf"\1{_HIDDEN}", harmless)
    harmless = _OPTION.sub(rf"\1{_HIDDEN}", harmless)
    harmless = _BEARER.sub(rf"\1 {_HIDDEN}", harmless)
    return cut(_LOOKS.sub(_HIDDEN, harmless), max_bytes)


def evidence(found: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of at most MAX_EVIDENCE_BYTES, without secrets; where something is left out, it says so."""
    for text_bytes, members in _STEPS:
        fitted = _object(found, text_bytes, members, _MAX_DEPTH)
        if len(json.dumps(fitted, ensure_ascii=False).encode()) <= MAX_EVIDENCE_BYTES:
            return fitted
    return {"…": "too much to be shown"}


def _value(value: Any, text_bytes: int, members: int, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 1 << 63:
            return value
        case float() if math.isfinite(value):
            return value
        case dict():
            return _object(value, text_bytes, members, depth - 1) if depth else "…"
        case list() | tuple():
            return _list(value, text_bytes, members, depth - 1) if depth else "…"
        case int():
            return "a very large number"
    return without_secrets(str(value), text_bytes)


def _without_members(text: str) -> str:
    """A text that is JSON as a whole without what stands under secrets' names; any other as it is."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        value = parsed(text)
    except ValueError:
        return text
    hidden = _hidden(value)
    return text if hidden == value else json.dumps(hidden, ensure_ascii=False)


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        secrets = _secret_members(value)
        return {name: _HIDDEN if name in secrets else _hidden(each) for name, each in value.items()}
    return [_hidden(each) for each in value] if isinstance(value, list) else value


def _secret_members(found: Mapping[str, Any]) -> set[str]:
    """The members whose name says that they are secret, or another member that is their label."""
    is_labelled = any(
        str(name).lower() in _LABEL and isinstance(value, str) and _SECRET_MEMBER.search(value)
        for name, value in found.items()
    )
    return {
        name
        for name, value in found.items()
        if (_SECRET_MEMBER.search(str(name)) and _may_be_secret(value))
        or (is_labelled and str(name).lower() == "value")
    }


def _may_be_secret(value: Any) -> bool:
    """Whether there is a secret, and how many, is none."""
    return not isinstance(value, bool | int | float | None)


def _object(found: Mapping[str, Any], text_bytes: int, members: int, depth: int) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    first = dict(list(found.items())[:members])
    secrets = _secret_members(first)
    for name, value in first.items():
        told = _HIDDEN if name in secrets else _value(value, text_bytes, members, depth)
        shown[without_secrets(str(name), _MAX_NAME_BYTES)] = told
    if len(found) > members:
        shown["…"] = f"{len(found) - members} more"
    return shown


def _list(found: Sequence[Any], text_bytes: int, members: int, depth: int) -> list[Any]:
    shown = [_value(value, text_bytes, members, depth) for value in found[:members]]
    return [*shown, f"… {len(found) - members} more"] if len(found) > members else shown
