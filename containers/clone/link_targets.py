"""What the symbolic links of a tree say, read when it is first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from deployer.errors import PathUnsafe, RepositoryTooLarge
from deployer.packaging.links import MAX_TARGET_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from blobs import Blobs
    from tree import TreeEntry

_MAX_LINKS: Final = 2_000


class LinkTargets:
    """`paths` are those of the links."""

    def __init__(self, entries: Iterable[TreeEntry], blobs: Blobs) -> None:
        self._links = [entry for entry in entries if entry.is_link]
        self._blobs = blobs
        self.paths = frozenset(entry.path for entry in self._links)

    @cached_property
    def by_path(self) -> dict[str, str]:
        """The text of every link: one may lead through others. Raises RepositoryTooLarge, PathUnsafe."""
        if len(self._links) > _MAX_LINKS:
            raise RepositoryTooLarge(f"there are more than {_MAX_LINKS:,} symbolic links")
        sizes = self._blobs.fetch(entry.oid for entry in self._links)
        for entry in self._links:
            if sizes[entry.oid] > MAX_TARGET_BYTES:
                raise PathUnsafe(f"the link {entry.path} has a target of {sizes[entry.oid]:,} bytes")
        with self._blobs.reader() as reader:
            return {
                entry.path: reader.read(entry.oid).decode("utf-8", "backslashreplace") for entry in self._links
            }

    @property
    def were_read(self) -> bool:
        return "by_path" in self.__dict__
