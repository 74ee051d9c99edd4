"""The path of a REST API's resource, put together from the resources that it lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.identity import ROOT_RESOURCE

if TYPE_CHECKING:
    from deployer.sanity.deployed import Deployed

_MAX_DEPTH: Final = 30


def path_of(resource_id: Any, deployed: Deployed, depth: int = _MAX_DEPTH) -> str | None:
    """/orders/{id}; None where a part of it is none of the stack's own, or is known to AWS alone."""
    if resource_id == ROOT_RESOURCE:
        return "/"
    found = deployed.named(resource_id, "AWS::ApiGateway::Resource")
    if found is None or not depth:
        return None
    above, part = (
        path_of(found["properties"].get("ParentId"), deployed, depth - 1),
        found["properties"].get("PathPart"),
    )
    return f"{above.rstrip('/')}/{part}" if above and isinstance(part, str) else None
