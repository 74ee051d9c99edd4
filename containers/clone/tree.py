"""The files of a commit: path, mode and object id of each, without their contents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from deployer.errors import PathUnsafe, RepositoryTooLarge
from deployer.packaging.archive_names import name_problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINK: Final = "120000"
GITLINK: Final = "160000"
_PROGRAM: Final = "100755"
_FILE: Final = "100644"
_CHUNK: Final = 1 << 16
_MAX_RECORD_BYTES: Final = 1 << 14
_SHOWN: Final = 200
_RECORD: Final = re.compile(rb"([0-7]{6}) [a-z]+ ([0-9a-f]{40})\t(.+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """`mode` is one of git's four for what is no folder: 100644, 100755, 120000, 160000."""

    path: str
    mode: str
    oid: str

    @property
    def is_link(self) -> bool:
        return self.mode == LINK

    @property
    def is_gitlink(self) -> bool:
        """A submodule: another repository's commit, which is not fetched."""
        return self.mode == GITLINK

    @property
    def is_program(self) -> bool:
        return self.mode == _PROGRAM


def read_tree(listing: IO[bytes], max_files: int) -> Iterator[TreeEntry]:
    """What `git ls-tree -r -z` prints, as it comes: a tree of 10^10 files is given up at the first too many.

    Raises RepositoryTooLarge, PathUnsafe.
    """
    for count, record in enumerate(_records(listing)):
        if count >= max_files:
            raise RepositoryTooLarge(f"there are more than {max_files:,} files")
        match = _RECORD.fullmatch(record)
        if match is None:
            raise EOFError
        yield TreeEntry(_path(match[3]), _mode(match[1].decode()), match[2].decode())


def _records(listing: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    while piece := listing.read(_CHUNK):
        *records, rest = (rest + piece).split(b"\0")
        for record in (*records, rest):
            if len(record) > _MAX_RECORD_BYTES:
                raise PathUnsafe(f"there is a path of more than {_MAX_RECORD_BYTES:,} bytes: {record[53:93]!r}...")
        yield from records


def _path(path: bytes) -> str:
    """Text, whatever bytes it is: what is no UTF-8 gets backslashes, and is refused where it counts."""
    return path.decode("utf-8", "backslashreplace")


def _mode(mode: str) -> str:
    """Old tools wrote 100664."""
    if mode in {LINK, GITLINK}:
        return mode
    return _PROGRAM if int(mode, 8) & 0o100 else _FILE


def below(entries: Iterable[TreeEntry], paths: Iterable[str]) -> list[TreeEntry]:
    """The entries that are one of the paths, or in a folder that is one. "" is the top."""
    exact = frozenset(paths)
    if "" in exact:
        return list(entries)
    folders = tuple(f"{path}/" for path in exact)
    return [entry for entry in entries if entry.path in exact or entry.path.startswith(folders)]


def check_path(path: str) -> None:
    """Raises PathUnsafe for a path that no archive of ours may hold."""
    problem = name_problem(path)
    if problem is not None:
        raise PathUnsafe(f"{path[:_SHOWN]!r} cannot be archived: {problem}")
