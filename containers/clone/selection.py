"""Which files of a commit a project needs: its own folder, what its template names, and where links lead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.errors import PathUnsafe, RepositoryTooLarge
from links import MAX_TARGET_BYTES, follow
from tree import below, check_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blobs import Blobs
    from tree import TreeEntry

_MAX_LINKS: Final = 2_000


def select(entries: Sequence[TreeEntry], paths: Iterable[str], blobs: Blobs) -> list[TreeEntry]:
    """The files below those paths, and those that links among them lead to, without submodules.

    Raises PathUnsafe for a link out of the repository, and for a name that no archive may hold.
    """
    wanted, known = set(paths), set[str]()
    chosen = below(entries, wanted)
    targets = _targets(entries, blobs) if any(entry.is_link for entry in chosen) else {}
    while found := {entry.path for entry in chosen if entry.is_link} - known:
        known |= found
        wanted.update(*(follow(path, targets) for path in found))
        chosen = below(entries, wanted)
    for entry in chosen:
        check_path(entry.path)
    return [entry for entry in chosen if not entry.is_gitlink]


def _targets(entries: Iterable[TreeEntry], blobs: Blobs) -> dict[str, str]:
    """The text of every link in the tree: a link may lead through others."""
    links = [entry for entry in entries if entry.is_link]
    if len(links) > _MAX_LINKS:
        raise RepositoryTooLarge(f"there are more than {_MAX_LINKS:,} symbolic links")
    sizes = blobs.fetch(entry.oid for entry in links)
    for entry in links:
        if sizes[entry.oid] > MAX_TARGET_BYTES:
            raise PathUnsafe(f"the link {entry.path} has a target of {sizes[entry.oid]:,} bytes")
    with blobs.reader() as reader:
        return {entry.path: reader.read(entry.oid).decode("utf-8", "backslashreplace") for entry in links}
