"""The repository's files at one commit, in the zip that the clone left."""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from deployer.amounts import size
from deployer.errors import PackageTooLarge, PathUnsafe, SourceMissing
from deployer.packaging.hostile_archive import ZipLimits, link_target, member_entry, members, open_zip
from deployer.packaging.links import resolve

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator
    from pathlib import Path

    from deployer.packaging.archive import Entry
    from deployer.packaging.hostile_archive import Member

LIMITS: Final = ZipLimits(max_files=100_000, max_bytes=4 << 30)
# AWS Lambda developer guide, "Lambda quotas": a deployment package, unzipped, with its layers.
MAX_UNPACKED_BYTES: Final = 262_144_000
_MAX_LINKS: Final = 16
_MAX_FILES: Final = 65_000


class SourceArchive:
    """Paths are relative to the top of the repository, "" for the top itself."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {member.name: member for member in members(archive, LIMITS)}
        self._names = list(self._members)  # sorted, as `members` gives them

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[SourceArchive]:
        """Raises ArtifactInvalid when it is not what a clone leaves."""
        with open_zip(path, LIMITS) as archive:
            yield cls(archive)

    @property
    def names(self) -> frozenset[str]:
        return frozenset(self._members)

    @cached_property
    def links(self) -> dict[str, str]:
        """What each link says. Raises PathUnsafe."""
        links = [member for member in self._members.values() if member.is_link]
        return {member.name: link_target(self._archive, member) for member in links}

    def is_file(self, path: str) -> bool:
        """Whether the path means one file, through links too. Raises PathUnsafe."""
        return resolve(path, self.links) in self._members

    def text(self, path: str, max_bytes: int) -> str:
        """A file's text. Raises SourceMissing, PackageTooLarge over `max_bytes`."""
        entry = self.file(path)
        with entry.open() as file:
            body = file.read(max_bytes + 1)
        if len(body) > max_bytes:
            raise PackageTooLarge(f"{path} has more than {max_bytes:,} bytes")
        return body.decode(errors="replace")

    def file(self, path: str) -> Entry:
        """One file, under its base name. Raises SourceMissing, PathUnsafe."""
        entries = list(self._resolved(posixpath.basename(path), resolve(path, self.links), _MAX_LINKS))
        if len(entries) != 1 or entries[0].name != posixpath.basename(path):
            raise SourceMissing(f"{path} is not a file of the repository")
        return entries[0]

    def below(self, folder: str) -> list[Entry]:
        """What a package of that folder holds, under names relative to it; links are what they point to.

        Raises SourceMissing when it is empty, PackageTooLarge, PathUnsafe for a link out of the repository.
        """
        folder = resolve(folder, self.links)
        names = self._below(folder)
        if not names:
            raise SourceMissing(f"{folder or 'the repository'} holds no files")
        if sum(self._members[name].size_bytes for name in names) > MAX_UNPACKED_BYTES:
            raise PackageTooLarge(f"{folder or 'the repository'} has more than {size(MAX_UNPACKED_BYTES)}")
        start = len(folder) + 1 if folder else 0
        every = (entry for name in names for entry in self._resolved(name[start:], name, _MAX_LINKS))
        entries = list(islice(every, _MAX_FILES + 1))
        if len(entries) > _MAX_FILES:
            raise PackageTooLarge(f"{folder or 'the repository'} has more than {_MAX_FILES:,} files")
        return entries

    def _below(self, folder: str) -> list[str]:
        """The names below a folder: in their order they are neighbours, and 0 is what comes after a slash."""
        if not folder:
            return self._names
        return self._names[bisect_left(self._names, f"{folder}/") : bisect_left(self._names, f"{folder}0")]

    def _resolved(self, name: str, path: str, links_left: int, *, is_linked: bool = False) -> Iterator[Entry]:
        """The file at `path`, or the files that a link there leads to, under `name`.

        Nothing for a broken link, or for a linked folder within a linked folder: two could multiply without end.
        """
        member = self._members.get(path)
        if member is None:
            for other in [] if is_linked else self._below(path):
                yield from self._resolved(
                    posixpath.join(name, _relative(other, path)), other, links_left, is_linked=True
                )
        elif not member.is_link:
            yield member_entry(self._archive, member, name)
        elif links_left:
            yield from self._resolved(name, self._target(member), links_left - 1, is_linked=is_linked)

    def _target(self, member: Member) -> str:
        written = link_target(self._archive, member)
        target = posixpath.normpath(posixpath.join(posixpath.dirname(member.name), written))
        if target.split("/")[0] == "..":
            raise PathUnsafe(f"the link {member.name} leads out of the repository")
        return "" if target == "." else target


def _relative(path: str, folder: str) -> str:
    return path[len(folder) + 1 :] if folder else path
