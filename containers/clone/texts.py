"""The texts of the few files that tell what a project is."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from deployer.errors import DeployerError
from deployer.packaging.links import resolve
from deployer.worker import MAX_TEXT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from blobs import Blobs
    from link_targets import LinkTargets
    from tree import TreeEntry

_MAX_ALL_BYTES: Final = 24_000_000


class Texts:
    """`by_path` has each text by path; `oversized` the paths of those that are too long, alone or all together.

    A link has the text of the file that it leads to.
    """

    def __init__(self, entries: Sequence[TreeEntry], blobs: Blobs, links: LinkTargets) -> None:
        self.by_path: dict[str, str] = {}
        self.oversized: list[str] = []
        self._oids = {entry.path: entry.oid for entry in entries if not entry.is_link and not entry.is_gitlink}
        self._links = links
        self._blobs = blobs
        self._bytes_left = _MAX_ALL_BYTES

    def add(self, paths: Iterable[str]) -> bool:
        """Reads what was not read before, all in one request; whether there was anything."""
        known = {*self.by_path, *self.oversized}
        paths = list(paths)
        self._oids |= self._behind_links(set(paths) & self._links.paths - self._oids.keys())
        new = [path for path in dict.fromkeys(paths) if path in self._oids and path not in known]
        if new:
            readable = self._readable(new)
            with self._blobs.reader() as reader:
                self.by_path |= {
                    path: reader.read(self._oids[path]).decode("utf-8", "replace") for path in readable
                }
        return bool(new)

    def _behind_links(self, paths: Iterable[str]) -> dict[str, str]:
        """The object ids of the files that links lead to; a link that leads to none has no text."""
        ends: dict[str, str] = {}
        for path in paths:
            with suppress(DeployerError):  # whoever archives it will say what is wrong with it
                ends[path] = resolve(path, self._links.by_path)
        return {path: self._oids[end] for path, end in ends.items() if end in self._oids}

    def _readable(self, paths: list[str]) -> list[str]:
        sizes = self._blobs.fetch(self._oids[path] for path in paths)
        readable = []
        for path in paths:
            size = sizes[self._oids[path]]
            if size > min(MAX_TEXT_BYTES, self._bytes_left):
                self.oversized.append(path)
            else:
                self._bytes_left -= size
                readable.append(path)
        return readable
