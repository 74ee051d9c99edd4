"""Rule: every role has the permissions boundary, also one that a loop makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope


def boundaries(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each role that the packager did not find, and therefore did not bound."""
    for place, role in document.resources("AWS::IAM::Role"):
        properties = role.get("Properties")
        if not isinstance(properties, dict) or properties.get("PermissionsBoundary") != scope.boundary_arn:
            yield document.finding(place, "a role whose type is put together gets no boundary: write it out")
