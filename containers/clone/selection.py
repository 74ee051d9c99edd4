"""Which files of a commit a project needs: its own folder, what its template names, and where links lead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.packaging.links import follow, leads_through_a_link
from tree import below, check_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from link_targets import LinkTargets
    from tree import TreeEntry


def select(entries: Sequence[TreeEntry], paths: Iterable[str], links: LinkTargets) -> list[TreeEntry]:
    """The files below those paths, and those that links on the way or among them lead to, without submodules.

    Raises PathUnsafe for a link out of the repository, and for a name that no archive may hold.
    """
    wanted, known = set(paths), set[str]()
    new = {path for path in wanted if leads_through_a_link(path, links.paths)}
    chosen = below(entries, wanted)
    while found := (new | {entry.path for entry in chosen if entry.is_link}) - known:
        known |= found
        wanted.update(*(follow(path, links.by_path) for path in found))
        chosen = below(entries, wanted)
    for entry in chosen:
        check_path(entry.path)
    return [entry for entry in chosen if not entry.is_gitlink]
