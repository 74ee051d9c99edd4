"""Rule: the name of everything is known before it is deployed, so that nothing passes the other rules unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.policy.piece import is_known
from deployer.policy.walk import Place
from deployer.template.template import LANGUAGE_EXTENSIONS, transforms

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope


def names_not_known(document: Document, _scope: Scope) -> Iterator[Finding]:
    """Keys that a loop makes from what is not known, or makes twice; and transforms that a loop makes."""
    for place, _ in document.nodes:
        if not is_known(place.key) and all(map(is_known, place.keys[:-1])):
            yield document.finding(
                place, "Fn::ForEach makes a name here that is taken, or is not known beforehand"
            )
    for name in transforms(document.template):
        if name != LANGUAGE_EXTENSIONS:
            yield document.finding(Place("Transform"), f"Fn::ForEach makes the transform {name}")
