"""What may stand in a repository's own test: for each field, why a value may not, or None."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_TARGET: Final = 2048

_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}(?:/[A-Za-z0-9]{1,255}){0,9}", re.ASCII)
_STAGE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}|\$default", re.ASCII)
# What may stand in a request's target as it is (RFC 3986, section 3.3 and 3.4), as percent-encoded text.
_TARGET: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*", re.ASCII)
# Those that deployer/probe.py sends. Others say where a request goes or ends, or carry credentials, which a file
# in a repository must not hold.
_HEADERS: Final = (
    "accept",
    "access-control-request-headers",
    "access-control-request-method",
    "content-type",
    "origin",
)
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,4000}[\x21-\x7e])?", re.ASCII)


def logical_id_problem(name: str) -> str | None:
    if _LOGICAL_ID.fullmatch(name):
        return None
    return "must be a resource's logical id, such as OrdersApi; of a nested stack: Child/OrdersApi"


def stage_problem(name: str) -> str | None:
    return None if _STAGE.fullmatch(name) else "must be the name of a stage: letters, digits, _ and -, or $default"


def target_problem(target: str) -> str | None:
    path, _, query = target.partition("?")
    if len(target) > MAX_TARGET:
        return f"must have at most {MAX_TARGET} characters"
    if not _TARGET.fullmatch(target) or "//" in path:
        return "must be a path that begins with /, with a query or without, percent-encoded"
    if {".", ".."} & set(re.split(r"[/\\]", unquote(path))):
        return "must not have . or .. as a part"
    names = [name for name, _ in parse_qsl(query, keep_blank_values=True)]
    return "must have each name in its query once" if len(set(names)) < len(names) else None


def headers_problem(headers: Mapping[str, str]) -> str | None:
    if len({name.lower() for name in headers}) < len(headers):
        return "must have each name once"
    for name, value in headers.items():
        if name.lower() not in _HEADERS:
            return f"{name[:100]!a} is not sent: a test may give {', '.join(_HEADERS)}"
        if not _HEADER_VALUE.fullmatch(value):
            return f"the value of {name} must be printable ASCII on one line, at most 4000 characters"
    return None


def line_problem(text: str) -> str | None:
    return None if text.isprintable() and text == text.strip() else "must be one line of printable text"
