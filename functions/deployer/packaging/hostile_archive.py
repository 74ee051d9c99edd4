"""Zips that a stranger may have written: looked at before they are unpacked, and never held in memory whole."""

from __future__ import annotations

import os
import shutil
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.amounts import size
from deployer.errors import ArtifactInvalid, PackageTooLarge, PathUnsafe
from deployer.packaging.archive import Entry, check_link
from deployer.packaging.archive_names import check_names

if TYPE_CHECKING:
    from pathlib import Path

_CHUNK: Final = 1 << 20
_MAX_LINK_BYTES: Final = 1024
# PKWARE APPNOTE 4.3.16: the end record is 22 bytes and a comment; the directory's size is at its byte 12.
_END_RECORD: Final = b"PK\x05\x06"
_END_RECORD_BYTES: Final = 22
_ZIP64_LOCATOR: Final = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES: Final = 20
_MAX_DIRECTORY_BYTES_PER_FILE: Final = 2048


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
    check_names([info.orig_filename for info in infos])
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
        check_link(folder / member.name, folder.resolve())
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
