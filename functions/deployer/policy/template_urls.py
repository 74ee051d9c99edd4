"""Rule: nested stacks are made from templates of the same repository, which were judged with their parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.stack.event import STACK_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope


def template_urls(document: Document, _scope: Scope) -> Iterator[Finding]:
    """Each nested stack whose template is none that the packager published."""
    for place, stack in document.resources(STACK_TYPE):
        properties = stack.get("Properties")
        url = properties.get("TemplateURL") if isinstance(properties, dict) else None
        if not isinstance(url, str) or url not in document.judged:
            named = ", ".join(document.values.texts(url)) or "what is not known beforehand"
            yield document.finding(
                place.below("Properties", "TemplateURL"), f"{named} is no path of a template in the repository"
            )
