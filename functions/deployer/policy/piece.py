"""What stands in a text for a value that is not known before the template is deployed.

Between two private-use characters, which are taken out of the template before it is judged: `Queue.Arn` for that
attribute of the template's own resource, `Queue.` for what Ref gives of it, `.AWS::StackName` for something else.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

_OPEN, _CLOSE = "\ue000", "\ue001"
_PIECE: Final = re.compile(f"{_OPEN}([^.{_CLOSE}]*)\\.([^{_CLOSE}]*){_CLOSE}")
_TAKEN_OUT: Final = str.maketrans({_OPEN: None, _CLOSE: None})


class Piece(NamedTuple):
    """`logical_id` is "" for what is not the template's own."""

    logical_id: str
    attribute: str


def without_pieces(node: Any) -> Any:
    """The text, list or map with nothing in it that could be mistaken for a piece."""
    if isinstance(node, str):
        return node.translate(_TAKEN_OUT)
    if isinstance(node, list):
        return [without_pieces(member) for member in node]
    if isinstance(node, dict):
        return {without_pieces(key): without_pieces(member) for key, member in node.items()}
    return node


def made(logical_id: str, attribute: str = "") -> str:
    """What Ref (without an attribute) or GetAtt gives of a resource of the template."""
    return f"{_OPEN}{logical_id}.{attribute}{_CLOSE}"


def unknown(name: str) -> str:
    """Anything else that only CloudFormation will know."""
    return f"{_OPEN}.{name}{_CLOSE}"


def from_parent(text: str) -> str:
    """A parent's text as its nested template has it: the parent's resources are told from the template's own."""
    return _PIECE.sub(lambda piece: made(parents(piece[1]), piece[2]) if piece[1] else piece[0], text)


def parents(logical_id: str) -> str:
    """The name of the parent's resource in a nested template."""
    return f"parent/{logical_id}"


def is_known(text: str) -> bool:
    return _OPEN not in text


def first_piece(text: str) -> Piece | None:
    """The piece that the text begins with."""
    found = _PIECE.match(text)
    return Piece(*found.groups()) if found else None


def pieces(text: str) -> list[Piece]:
    """Every piece in the text, in its order."""
    return [Piece(*found) for found in _PIECE.findall(text)]


def only_piece(text: str) -> Piece | None:
    """The piece that the text consists of."""
    found = _PIECE.fullmatch(text)
    return Piece(*found.groups()) if found else None


def readable(text: str) -> str:
    """The text for people: `${Queue.Arn}`."""
    return _PIECE.sub(lambda piece: f"${{{'.'.join(filter(None, piece.groups()))}}}", text)
