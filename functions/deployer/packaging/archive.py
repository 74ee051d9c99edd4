"""Zips: written so that the same content gives the same bytes, and read as if an enemy had written them.

No file is ever held in memory whole. Names in a zip are relative paths with `/`, in UTF-8.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from deployer.amounts import size
from deployer.errors import ArtifactInvalid, PackageTooLarge, PathUnsafe

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

_CHUNK: Final = 1 << 20
_FIXED_TIME: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_UNIX: Final = 3
_FILE_MODE: Final = stat.S_IFREG | 0o644
_PROGRAM_MODE: Final = stat.S_IFREG | 0o755
_LINK_MODE: Final = stat.S_IFLNK | 0o777
_MAX_LINK_BYTES: Final = 1024
_MAX_NAME_BYTES: Final = 1024
# PKWARE APPNOTE 4.3.16: the end record is 22 bytes and a comment; the directory's size is at its byte 12.
_END_RECORD: Final = b"PK\x05\x06"
_END_RECORD_BYTES: Final = 22
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES: Final = 20
_MAX_DIRECTORY_BYTES_PER_FILE: Final = 2048


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file in a zip, its name and size checked."""

    name: str
    size_bytes: int
    is_executable: bool
    is_link: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipLimits:
    max_files: int
    max_bytes: int  # unpacked, all files together


def write_zip(target: Path, entries: Iterable[Entry]) -> str:
    """The sha256, in hex, of the zip that is then at `target`: the same entries in any order give the same one.

    Raises ArtifactInvalid for a name that no zip of ours may hold, or that comes twice.
    """
    ordered = sorted(entries, key=lambda entry: entry.name)
    _check_names([entry.name for entry in ordered])
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
            _check_link(path, root)
            if path.is_file():
                yield Entry.of_file(path.relative_to(folder).as_posix(), path)


def open_zip(path: Path, limits: ZipLimits) -> zipfile.ZipFile:
    """The zip, opened only when its directory is small enough to be read.

    Raises ArtifactInvalid when it is no zip.
    """
    _check_directory_size(path, limits)
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise ArtifactInvalid(f"not a zip: {error}") from error


def _check_directory_size(path: Path, limits: ZipLimits) -> None:
    """A directory of 100 MB would be 2 GB of objects: its size is looked at before zipfile reads it."""
    with path.open("rb") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(max(0, size_bytes - (1 << 16) - _END_RECORD_BYTES - _ZIP64_LOCATOR_BYTES))
        tail = file.read()
    at = tail.rfind(_END_RECORD)
    if at < 0 or len(tail) < at + _END_RECORD_BYTES:
        raise ArtifactInvalid("not a zip: its end is missing")
    if _ZIP64_LOCATOR in tail[max(0, at - _ZIP64_LOCATOR_BYTES) : at]:
        raise ArtifactInvalid("a zip of more than 65,535 files or 4 GB")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > limits.max_files * _MAX_DIRECTORY_BYTES_PER_FILE:
        raise ArtifactInvalid(f"a zip of more than {limits.max_files:,} files")


def members(archive: zipfile.ZipFile, limits: ZipLimits) -> list[Member]:
    """The files of a zip, folders left out, sorted by name.

    Raises ArtifactInvalid for a name that leads elsewhere, that comes twice, or that is file and folder at once,
    and for anything but files, folders and links; PackageTooLarge over `max_bytes`.
    """
    infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
    if len(infos) > limits.max_files:
        raise ArtifactInvalid(f"a zip of {len(infos):,} files; {limits.max_files:,} are allowed")
    _check_names([info.orig_filename for info in infos])
    found = sorted((_member(info) for info in infos), key=lambda member: member.name)
    total = sum(member.size_bytes for member in found)
    if total > limits.max_bytes:
        raise PackageTooLarge(f"{size(total)} unpacked; {size(limits.max_bytes)} are allowed")
    return found


def _member(info: zipfile.ZipInfo) -> Member:
    mode = info.external_attr >> 16
    kind = stat.S_IFMT(mode)
    if kind not in {0, stat.S_IFREG, stat.S_IFLNK}:
        raise ArtifactInvalid(f"{info.filename!r} in a zip is neither file nor link")
    if info.flag_bits & 0x1:
        raise ArtifactInvalid(f"{info.filename!r} in a zip is encrypted")
    return Member(
        name=info.filename,
        size_bytes=info.file_size,
        is_executable=bool(mode & 0o100),
        is_link=kind == stat.S_IFLNK,
    )


def name_problem(name: str) -> str | None:
    """Why that cannot be the name of a file in a zip, or None."""
    if not name or len(name.encode(errors="surrogatepass")) > _MAX_NAME_BYTES:
        return f"1 to {_MAX_NAME_BYTES} bytes"
    if any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in name):
        return "no control characters, UTF-8 only"
    if "\\" in name or (len(name) > 1 and name[1] == ":"):
        return "no backslash and no drive"
    if any(part in {"", ".", ".."} for part in name.split("/")):
        return "no absolute path and no part that is empty, . or .."
    return None


def _check_names(names: list[str]) -> None:
    for name in names:
        if problem := name_problem(name):
            raise ArtifactInvalid(f"{name[:200]!r} cannot be in a zip: {problem}")
    files = set(names)
    if len(files) != len(names):
        raise ArtifactInvalid("a zip names a file twice")
    for name in names:
        if any(str(parent) in files for parent in Path(name).parents):
            raise ArtifactInvalid(f"{name!r} is below something in the zip that is not a folder")


def check_twins(names: Iterable[str]) -> None:
    """Nothing, when no two names in a package differ by letter case or by Unicode's forms alone.

    Raises ArtifactInvalid otherwise: one of them would be lost where file systems do not tell them apart.
    """
    seen: dict[str, str] = {}
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise ArtifactInvalid(f"{seen[folded]!r} and {name!r} differ by letter case alone")
        seen[folded] = name


def member_entry(archive: zipfile.ZipFile, member: Member, name: str) -> Entry:
    """The member as an entry of another zip, under another name."""
    return Entry(name=name, open=lambda: archive.open(member.name), is_executable=member.is_executable)


def link_target(archive: zipfile.ZipFile, member: Member) -> str:
    """What a link points to, as it is written.

    Raises PathUnsafe when that is absolute, or no path.
    """
    with archive.open(member.name) as file:
        target = file.read(_MAX_LINK_BYTES + 1).decode(errors="replace")
    if target.startswith("/") or len(target) > _MAX_LINK_BYTES or "\0" in target or not target:
        raise PathUnsafe(f"the link {member.name} leads out of the repository")
    return target


def extract(path: Path, folder: Path, limits: ZipLimits) -> list[Member]:
    """The files of a zip, which are then below `folder`: with modes 0644 or 0755, links last.

    Raises what `members` raises; ArtifactInvalid when the zip is damaged; PathUnsafe for a link that leads out.
    """
    with open_zip(path, limits) as archive:
        found = members(archive, limits)
        try:
            for member in sorted(found, key=lambda member: member.is_link):
                _extract_member(archive, member, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ArtifactInvalid(f"a damaged zip: {error}") from error
    for member in found:
        _check_link(folder / member.name, folder.resolve())
    return found


def _extract_member(archive: zipfile.ZipFile, member: Member, folder: Path) -> None:
    target = folder / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if member.is_link:
        target.symlink_to(link_target(archive, member))
        return
    with archive.open(member.name) as source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink, _CHUNK)
    target.chmod(0o755 if member.is_executable else 0o644)


def _check_link(path: Path, root: Path) -> None:
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(root):
        raise PathUnsafe(f"the link {path.name} leads out of its folder")
