"""What may stand in a repository's own test: for each field, why a value may not, or None."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_HEADERS: Final = 50
MAX_TARGET: Final = 1024

_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]{1,255}(?:/[A-Za-z0-9]{1,255}){0,9}", re.ASCII)
_STAGE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}|\$default", re.ASCII)
# What may stand in a request's target as it is (RFC 3986, section 3.3 and 3.4), as percent-encoded text.
_TARGET: Final = re.compile(r"/(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,4000}[\x21-\x7e])?", re.ASCII)
# They say where a request goes or where it ends (RFC 9112): deployer/probe.py never sends what is given for them.
_FRAMING: Final = re.compile(
    r"accept-encoding|connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade",
    re.IGNORECASE,
)


def logical_id_problem(name: str) -> str | None:
    if _LOGICAL_ID.fullmatch(name):
        return None
    return "must be a resource's logical id, such as OrdersApi; of a nested stack: Child/OrdersApi"


def stage_problem(name: str) -> str | None:
    return None if _STAGE.fullmatch(name) else "must be the name of a stage: letters, digits, _ and -, or $default"


def target_problem(target: str) -> str | None:
    path = target.partition("?")[0]
    if len(target) > MAX_TARGET:
        return f"must have at most {MAX_TARGET} characters"
    if not _TARGET.fullmatch(target) or "//" in path:
        return "must be a path that begins with /, with a query or without, percent-encoded"
    if {".", ".."} & set(re.split(r"[/\\]", unquote(path))):
        return "must not have . or .. as a part"
    return None


def headers_problem(headers: Mapping[str, str]) -> str | None:
    if len(headers) > MAX_HEADERS or len({name.lower() for name in headers}) < len(headers):
        return f"must be at most {MAX_HEADERS}, each with a name of its own"
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name):
            return f"{name[:100]!a} is not the name of a header"
        if _FRAMING.fullmatch(name):
            return f"{name} is set by the one who sends the request, and cannot be given"
        if not _HEADER_VALUE.fullmatch(value):
            return f"the value of {name} must be printable ASCII on one line, at most 4000 characters"
    return None


def line_problem(text: str) -> str | None:
    return None if text.isprintable() and text == text.strip() else "must be one line of printable text"
