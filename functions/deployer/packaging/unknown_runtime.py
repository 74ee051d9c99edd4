"""Functions that list dependencies and are not built: their runtime is known only when they are deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.packaging.build_unit import FUNCTIONS, units_by_path
from deployer.packaging.file_tree import FileTree
from deployer.packaging.known_values import text_of
from deployer.packaging.local_path import Content
from deployer.packaging.template_paths import effective_properties

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from deployer.packaging.local_path import LocalPath
    from deployer.packaging.template_paths import Document

_DEPENDENCIES: Final = frozenset({"requirements.txt", "pyproject.toml", "package.json"})


def unknown_runtimes(
    document: Document, paths: Collection[LocalPath], files: Collection[str], links: Mapping[str, str]
) -> Iterator[str]:
    """A sentence for each such function. Raises what `units_by_path` raises."""
    units, tree = units_by_path(document, paths, files, links), FileTree(files, links)
    for path in paths:
        if path.resource_type not in FUNCTIONS or path.content is not Content.ZIP or path in units:
            continue
        resource = document["Resources"][path.logical_id]
        runtime = effective_properties(document, resource).get("Runtime")
        names = sorted(tree.names_in(path.path) & _DEPENDENCIES)
        if runtime and names and not text_of(document, runtime):
            yield (
                f"{path.logical_id} is not built, though {path.path or 'the top'} has {', '.join(names)}: its "
                "Runtime is known only when it is deployed. Write it out, or give it by a parameter of the request"
            )
