"""Rule: the name of everything is known before it is deployed, so that nothing passes the other rules unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.policy.piece import is_known
from deployer.template.template import LANGUAGE_EXTENSIONS, transforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document, Place
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope


def names_not_known(document: Document, _scope: Scope) -> Iterator[Finding]:
    """Keys that a loop makes from what is not known, or makes twice; and transforms that a loop makes."""
    for place in _unknown_keys(document.template.get("Resources"), ("Resources",)):
        yield document.finding(place, "Fn::ForEach makes a name here that is taken, or is not known beforehand")
    for name in transforms(document.template):
        if name != LANGUAGE_EXTENSIONS:
            yield document.finding(("Transform",), f"Fn::ForEach makes the transform {name}")


def _unknown_keys(node: Any, place: Place) -> Iterator[Place]:
    members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, member in members:
        if not is_known(str(key)):
            yield (*place, str(key))
        else:
            yield from _unknown_keys(member, (*place, str(key)))
