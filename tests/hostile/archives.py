"""What a build may leave: zips that are looked at before they are unpacked or published."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, Final

from tests.hostile.case import NO_HARM, Act, Case

from deployer.errors import DeployerError
from deployer.packaging.archive_names import check_twins
from deployer.packaging.hostile_archive import ZipLimits, extract

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.arena import Arena

_LIMITS: Final = ZipLimits(max_files=1000, max_bytes=10_000_000)
_INVALID: Final = ("ArtifactInvalid",)
_UNSAFE: Final = ("ArtifactInvalid", "PathUnsafe")

NAMES: Final = (
    "../evil",
    "/etc/passwd",
    "a/../../x",
    "a\\b",
    "C:\\x",
    "a//b",
    ".",
    "..",
    "a/..",
    "a\x1b[2J",
    "~/x/../..",
)


def cases() -> Iterator[Case]:
    for number, name in enumerate(NAMES, 1):
        yield _case(f"P3-{number}", f"a zip with {name!r}", _UNSAFE, _zip({name: b"x"}))
    for name, attack, expected, body in _bodies():
        yield _case(name, attack, expected, body)


def _bodies() -> Iterator[tuple[str, str, tuple[str, ...], Callable[[], bytes]]]:
    yield "P3-12", "names that differ in letter case alone", _INVALID, _zip({"A": b"x", "a": b"y"})
    yield "P3-13", "one file twice", _INVALID, _twice
    yield "P3-14", "a bomb: 1 GB of zeros in 1 MB", ("PackageTooLarge", "ArtifactInvalid"), _bomb
    yield "P3-15", "100,000 files", _INVALID, _many
    yield "P3-16", "a link to /etc/passwd", _UNSAFE, _moded("l", b"/etc/passwd", stat.S_IFLNK | 0o777)
    yield "P3-17", "a link out of the folder", _UNSAFE, _moded("l", b"../../x", stat.S_IFLNK | 0o777)
    yield "P3-18", "a pipe", _UNSAFE, _moded("p", b"", stat.S_IFIFO | 0o600)
    yield "P3-19", "a device", _UNSAFE, _moded("d", b"", stat.S_IFBLK | 0o600)
    yield "P3-20", "a set-user-id program", (NO_HARM,), _moded("s", b"x", stat.S_IFREG | 0o4755)
    yield "P3-21", "a link, and a file below it", _UNSAFE, _below_a_link
    yield "P3-22", "no zip", _INVALID, lambda: b"PK\3\4" + b"x" * 100
    yield "P3-23", "nothing", _INVALID, lambda: b""
    yield "P3-24", "a directory of 4 GB, as it says", _INVALID, _lying_directory
    yield "P3-25", "a file of another length than announced", (*_INVALID, "PackageTooLarge"), _lying_length


def _case(id: str, attack: str, expected: tuple[str, ...], body: Callable[[], bytes]) -> Case:
    def prepare(place: Arena) -> Act:
        path, target = place.folder / "package.zip", place.folder / "unpacked" / "here"
        path.write_bytes(body())
        target.parent.mkdir()

        def act() -> str:
            try:
                check_twins(member.name for member in extract(path, target, _LIMITS))
            except DeployerError as error:
                return error.code
            finally:
                _check(place)
            return NO_HARM

        return act

    return Case(id=id, attack=attack, expected=expected, prepare=prepare)


def _check(place: Arena) -> None:
    """Nothing lies beside the folder, and nothing in it is more than a plain file."""
    beside = [path.name for path in (place.folder / "unpacked").iterdir() if path.name != "here"]
    below = [path for path in (place.folder / "unpacked").rglob("*") if path.is_file() and not path.is_symlink()]
    if beside or any(path.stat().st_mode & (stat.S_ISUID | stat.S_ISGID) for path in below):
        place.marker.touch()


def _zip(files: dict[str, bytes]) -> Callable[[], bytes]:
    def made() -> bytes:
        body = io.BytesIO()
        with zipfile.ZipFile(body, "w") as archive:
            for name, content in files.items():
                archive.writestr(zipfile.ZipInfo(name), content)
        return body.getvalue()

    return made


def _moded(name: str, content: bytes, mode: int) -> Callable[[], bytes]:
    def made() -> bytes:
        body, info = io.BytesIO(), zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        with zipfile.ZipFile(body, "w") as archive:
            archive.writestr(info, content)
        return body.getvalue()

    return made


def _twice() -> bytes:
    return _zip({"aa": b"x", "bb": b"y"})().replace(b"bb", b"aa")


def _bomb() -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("zeros", "w") as file:
        for _ in range(1000):
            file.write(bytes(1_000_000))
    return body.getvalue()


def _many() -> bytes:
    return _zip({str(number): b"" for number in range(100_000)})()


def _below_a_link() -> bytes:
    body, link = io.BytesIO(), zipfile.ZipInfo("a")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr(link, "..")
        archive.writestr(zipfile.ZipInfo("a/evil"), "x")
    return body.getvalue()


def _lying_directory() -> bytes:
    """PKWARE APPNOTE 4.3.16: the directory's size is at byte 12 of the end record."""
    body = bytearray(_zip({"a": b"x"})())
    struct.pack_into("<I", body, body.rindex(b"PK\x05\x06") + 12, 0xFFFFFFF0)
    return bytes(body)


def _lying_length() -> bytes:
    """4.3.12: the length as it would be unpacked is at byte 24 of a directory entry."""
    body = bytearray(_zip({"a": b"x" * 1000})())
    struct.pack_into("<I", body, body.rindex(b"PK\x01\x02") + 24, 10)
    return bytes(body)
