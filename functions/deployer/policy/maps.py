"""Every map that a value of a template can come to, in each form in which CloudFormation takes one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from deployer.policy.values import NO_VALUE, called

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.values import Values


def maps(node: object, values: Values) -> Iterator[dict[str, Any] | None]:
    """Of a list, those of its members. None for what cannot be read beforehand; nothing for AWS::NoValue."""
    found: Any = called(node) or node
    match found:
        case ("Fn::If", [_, yes, no]):
            yield from maps([yes, no], values)
        case ("Ref", name) if name == NO_VALUE:
            return
        case ("Fn::ToJsonString", inner):
            yield from maps(inner, values)
        case list():
            for member in found:
                yield from maps(member, values)
        case dict():
            yield found
        case _:
            for text in values.texts(node) or [""]:
                yield from maps(_json(text), values) if _json(text) else iter([None])


def _json(text: str) -> Any:
    """The map or list in the text; nothing if there is none, or an empty one."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict | list) else None
