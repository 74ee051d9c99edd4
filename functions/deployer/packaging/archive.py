"""Zips, written so that the same content gives the same bytes. No file is ever held in memory whole."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from deployer.errors import PathUnsafe
from deployer.packaging.archive_names import check_names

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_CHUNK: Final = 1 << 20
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_UNIX: Final = 3
_FILE_MODE: Final = stat.S_IFREG | 0o644
_PROGRAM_MODE: Final = stat.S_IFREG | 0o755
_LINK_MODE: Final = stat.S_IFLNK | 0o777


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file to be zipped. A link's content is its target."""

    name: str
    open: Callable[[], IO[bytes]]
    is_executable: bool = False
    is_link: bool = False

    @classmethod
    def of_bytes(cls, name: str, body: bytes, *, is_executable: bool = False, is_link: bool = False) -> Entry:
        return cls(name=name, open=lambda: BytesIO(body), is_executable=is_executable, is_link=is_link)

    @classmethod
    def of_file(cls, name: str, path: Path) -> Entry:
        """A regular file on disk, executable when its owner may execute it."""
        return cls(name=name, open=lambda: path.open("rb"), is_executable=bool(path.stat().st_mode & 0o100))

    @property
    def mode(self) -> int:
        if self.is_link:
            return _LINK_MODE
        return _PROGRAM_MODE if self.is_executable else _FILE_MODE


def write_zip(target: Path, entries: Iterable[Entry]) -> str:
    """The sha256, in hex, of the zip that is then at `target`: the same entries in any order give the same one.

    Raises ArtifactInvalid for a name that no zip of ours may hold, or that comes twice.
    """
    ordered = sorted(entries, key=lambda entry: entry.name)
    check_names([entry.name for entry in ordered])
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for entry in ordered:
            _write_entry(archive, entry)
    return sha256_of(target)


def _write_entry(archive: zipfile.ZipFile, entry: Entry) -> None:
    info = zipfile.ZipInfo(entry.name, _FIXED_TIME)
    info.create_system = _UNIX
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = entry.mode << 16
    with entry.open() as source, archive.open(info, "w") as sink:
        shutil.copyfileobj(source, sink, _CHUNK)


def sha256_of(path: Path) -> str:
    """In hex, of the file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def files_below(folder: Path, *, leave_out: Collection[str] = ()) -> Iterator[Entry]:
    """Every file below a folder, but those with a base name in `leave_out` and what is below such a folder.

    A link to a file inside the folder becomes that file; other links inside it are left out.

    Raises PathUnsafe for a link that leads out of the folder.
    """
    root = folder.resolve()
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if name not in leave_out]
        for path in (Path(parent, name) for name in (*folders, *files) if name not in leave_out):
            check_link(path, root)
            if path.is_file():
                yield Entry.of_file(path.relative_to(folder).as_posix(), path)


def check_link(path: Path, root: Path) -> None:
    """Raises PathUnsafe when that is a link that leads out of `root`, which is resolved."""
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
        raise PathUnsafe(f"the link {path.name} leads out of its folder")
