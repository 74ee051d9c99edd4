"""A text of strangers without its secrets: known by their looks, or by the name that stands before them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.log_text import MAX_BYTES, clean, cut
from deployer.sanity.hostile_json import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

HIDDEN: Final = "****"
_MAX_READ_BYTES: Final = 65_536
_SHORTEST_KNOWN: Final = 6

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
    rf"\\{{0,3}}[\"']?\s{{0,8}}(?:[=:]|%3d)\s{{0,8}})(?!\"{re.escape(HIDDEN)}\")"
    r"(?:\"(?:[^\"\\\n]|\\.)*\"?|b?'[^'\n]*'?|\\{1,3}[\"'][^\n]*?(?:\\{1,3}[\"']|(?=\n)|\Z)"
    r"|\{(?=\s{0,40}[\\\"'])(?:[^{}]|\{[^{}]*\})*\}?|\[(?=\s{0,40}[\\\"'\[{])(?:[^\[\]]|\[[^\[\]]*\])*\]?"
    r"|[^\s\"'&,;<>}\])]+)"
)
_OPTION: Final = re.compile(rf"(?i)((?<!-)--[a-z-]{{0,40}}{_NAME}[ =])(?:'[^']*'|\S+)")
_KEY_BEGINS: Final = re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?!.*-----END )")
_KEY_ENDS: Final = re.compile(r"-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_OF_A_KEY: Final = re.compile(r"(?:^|\s)[A-Za-z0-9+/]{16,}={0,2}\s*$")
_SECRET_MEMBER: Final = re.compile(rf"(?i)(?:{_NAME}|authorization|cookie)s?\Z")
_LABEL: Final = frozenset({"name", "key"})  # {"name": "DB_PASSWORD", "value": ...}


def without_secrets(text: str, max_bytes: int) -> str:
    """The text, harmless, without what looks like a secret or stands behind a secret's name."""
    harmless = clean(_without_members(cut(text, _MAX_READ_BYTES)), _MAX_READ_BYTES)
    harmless = _PHRASE.sub(rf"\1{HIDDEN}", harmless)
    harmless = _NAMED.sub(rf"\1{HIDDEN}", harmless)
    return cut(_OPTION.sub(rf"\1{HIDDEN}", harmless), max_bytes)


def lines_without_secrets(lines: Iterable[str], max_bytes: int = MAX_BYTES) -> list[str]:
    """Each line so; of a private key, every line, also where its first or its last one is not there."""
    told: list[str] = []
    is_in_key = False
    for line in lines:
        begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
        if ends and not is_in_key and not begins:
            told = [HIDDEN if _OF_A_KEY.search(each) else each for each in told]
        told.append(HIDDEN if is_in_key or ends else without_secrets(line, max_bytes))
        is_in_key = not ends and (is_in_key or begins is not None)
    return told


def members_without_secrets(members: Mapping[str, str]) -> dict[str, str]:
    """The same names, each with what may be shown of its value."""
    secrets = secret_members(members)
    return {
        name: HIDDEN if name in secrets else without_secrets(value, MAX_BYTES) for name, value in members.items()
    }


def secret_values(members: Mapping[str, str]) -> list[str]:
    """What stands under secrets' names, as far as it is long enough to be told apart from other text."""
    values = {str(members[name]) for name in secret_members(members)}
    return sorted((value for value in values if len(value) >= _SHORTEST_KNOWN), key=len, reverse=True)


def without_known(value: Any, known: Sequence[str]) -> Any:
    """JSON, or a text, in which none of these stands."""
    if isinstance(value, dict):
        return {without_known(name, known): without_known(each, known) for name, each in value.items()}
    if isinstance(value, list):
        return [without_known(each, known) for each in value]
    if isinstance(value, str):
        for secret in known:
            value = value.replace(secret, HIDDEN)
    return value


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
        secrets = secret_members(value)
        return {name: HIDDEN if name in secrets else _hidden(each) for name, each in value.items()}
    return [_hidden(each) for each in value] if isinstance(value, list) else value


def secret_members(found: Mapping[str, Any]) -> set[str]:
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
