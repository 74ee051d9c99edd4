"""Rule: nothing is named as, attached to or pointed at a part of this application.

Its physical names begin with its stack's name (template.yaml gives them so, and CloudFormation makes them so); the
role that CloudFormation acts with is denied the same. Its packages are read by the addresses that it gave itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

# Words about a resource, and code: what code may do is a matter of its role.
_WORDS: Final = frozenset({"Description", "Metadata", "ZipFile"})


def own_names(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each text below Resources that names a resource of this application."""
    pattern = _pattern(scope)
    for place, text in document.texts("Resources"):
        found = pattern.search(text)
        if found and text != scope.boundary_arn and _WORDS.isdisjoint(place.keys):
            yield document.finding(place, f"{_around(text, found)} belongs to this application")


def _pattern(scope: Scope) -> re.Pattern[str]:
    """`{stack}-` and `/{stack}/application/` at a word's beginning, and the names that do not begin so."""
    stack = re.escape(scope.application)
    names = "|".join(re.escape(name) for name in scope.names)
    return re.compile(
        rf"(?<![\w-])(?:{stack}-\w|{stack}/application/|(?:{names})(?![\w-]))", re.ASCII | re.IGNORECASE
    )


def _around(text: str, found: re.Match[str]) -> str:
    return text[found.start() : found.start() + 80].split()[0]
