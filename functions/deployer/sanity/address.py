"""An address that a test may call: where our own setting says, for an id that AWS made, and nowhere else.

A setting is a pattern with {id} in it. What comes from outside, the id and the path, can neither end the host nor
leave the place behind it: both are of an alphabet that has no character for that.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypedDict
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)  # one label of a host name
_SEGMENT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})+", re.ASCII)  # RFC 3986, pchar
_QUERY: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*", re.ASCII)
_DOTS: Final = frozenset({".", ".."})
_ESCAPED: Final = re.compile(r"%[0-9A-Fa-f]{2}", re.ASCII)
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]", re.ASCII)
_PARAMETER: Final = re.compile(r"\{([^{}]+?)(\+?)\}")
_MAX_CHARACTERS: Final = 2000


class AddressRefused(ValueError):
    """It is no address of the deployment's own. The message says why, and holds nothing that it came with."""


class AddressFields(TypedDict):
    """As a test's spec carries it."""

    pattern: str
    id: str
    path: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """`path` begins with one slash, or is empty; it and `query` are percent-encoded.

    Raises AddressRefused.
    """

    pattern: str
    id: str
    path: str = ""
    query: str = ""

    def __post_init__(self) -> None:
        if self.pattern.count("{id}") != 1:
            raise AddressRefused("the setting for addresses must hold {id} once")
        if not self.is_public and urlsplit(self.pattern).scheme not in {"http", "https"}:
            raise AddressRefused("the setting for addresses is no HTTP address")
        if self.is_public and urlsplit(self.pattern).scheme != "https":
            raise AddressRefused("a public address is called by https alone")
        if not _ID.fullmatch(self.id):
            raise AddressRefused("the id is none that AWS makes")
        if not _is_path(self.path) or not _QUERY.fullmatch(self.query) or len(self.url) > _MAX_CHARACTERS:
            raise AddressRefused("the path cannot be sent as it is")

    @classmethod
    def of(cls, fields: Mapping[str, Any]) -> Address:
        return cls(pattern=fields["pattern"], id=fields["id"], path=fields["path"], query=fields["query"])

    @property
    def fields(self) -> AddressFields:
        return {"pattern": self.pattern, "id": self.id, "path": self.path, "query": self.query}

    @property
    def is_public(self) -> bool:
        """The id is part of the host, as AWS has it; otherwise the setting alone says which host is asked."""
        return "{id}" in urlsplit(self.pattern).netloc

    @property
    def base(self) -> str:
        return self.pattern.replace("{id}", self.id)

    @property
    def url(self) -> str:
        """As it is sent: the same address in its normal form (RFC 3986, section 6.2.2)."""
        return self.base + _ESCAPED.sub(_normal, (self.path or "/") + (f"?{self.query}" if self.query else ""))


def filled(route: str, parameters: Mapping[str, str]) -> str:
    """The path of a route, `/orders/{id}`, with its parameters in it; a greedy one, `{proxy+}`, may have slashes.

    Raises AddressRefused when a parameter is missing or empty.
    """
    return _PARAMETER.sub(lambda found: _encoded(parameters.get(found[1], ""), is_greedy=bool(found[2])), route)


def parameter_names(route: str) -> list[str]:
    return [found[1] for found in _PARAMETER.finditer(route)]


def _encoded(value: str, *, is_greedy: bool) -> str:
    segments = [quote(each, safe="") for each in (value.strip("/").split("/") if is_greedy else [value])]
    if not all(segments):
        raise AddressRefused("a path parameter is empty")
    return "/".join(segments)


def _normal(escaped: re.Match[str]) -> str:
    meant = chr(int(escaped[0][1:], 16))
    return meant if _UNRESERVED.fullmatch(meant) else escaped[0].upper()


def _is_path(path: str) -> bool:
    """No part of it is a dot or two, whoever decodes it, and it does not begin as a host does."""
    segments = path.split("/")
    return (
        segments[0] == ""
        and not path.startswith("//")
        and all(_SEGMENT.fullmatch(each) for each in segments if each)
        and _DOTS.isdisjoint(re.split(r"[/\\]", unquote(path)))
    )
