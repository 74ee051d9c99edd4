"""Zips: the same bytes for the same content, and nothing believed that comes from outside."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import ArtifactInvalid, DeployerError, PackageTooLarge, PathUnsafe
from deployer.packaging.archive import Entry, files_below, write_zip
from deployer.packaging.archive_names import check_twins, name_problem
from deployer.packaging.hostile_archive import ZipLimits, extract, members, open_zip

LIMITS = ZipLimits(max_files=100, max_bytes=1_000_000)


def _hostile(path: Path, *names: str, mode: int = 0o100644, body: bytes = b"x") -> Path:
    """A zip as nobody but an attacker writes it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            info = zipfile.ZipInfo("placeholder")
            info.filename = name
            info.create_system = 3
            info.external_attr = mode << 16
            archive.writestr(info, body)
    return path


def test_same_entries_in_another_order(tmp_path: Path) -> None:
    """The order in which files are found does not change a zip."""
    one, two = Entry.of_bytes("a/b.py", b"1"), Entry.of_bytes("c.py", b"2", is_executable=True)

    digests = {write_zip(tmp_path / "1.zip", [one, two]), write_zip(tmp_path / "2.zip", [two, one])}

    assert len(digests) == 1
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_same_files_at_another_time(tmp_path: Path) -> None:
    """Times and a group's permissions do not change a zip."""
    for number, name in enumerate(("first", "second")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "run.sh").write_text("true")
        (folder / "run.sh").chmod(0o700 + number * 0o77)
        os.utime(folder / "run.sh", (number * 10_000, number * 10_000))

    digests = {write_zip(tmp_path / f"{name}.zip", files_below(tmp_path / name)) for name in ("first", "second")}

    assert len(digests) == 1


def test_modes_are_normalized(tmp_path: Path) -> None:
    """A file is 0644 or, when its owner may execute it, 0755: no other bit survives."""
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "suid").write_text("")
    (tmp_path / "f" / "suid").chmod(0o4711)
    (tmp_path / "f" / "plain").write_text("")
    (tmp_path / "f" / "plain").chmod(0o606)

    write_zip(tmp_path / "z.zip", files_below(tmp_path / "f"))

    modes = {info.filename: info.external_attr >> 16 for info in zipfile.ZipFile(tmp_path / "z.zip").infolist()}
    assert modes == {"plain": 0o100644, "suid": 0o100755}


def test_what_is_left_out(tmp_path: Path) -> None:
    """A name that is left out is left out at every depth, with what is below it."""
    for name in ("a.py", "__pycache__/a.pyc", "deep/__pycache__/b.pyc", "deep/.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    names = [entry.name for entry in files_below(tmp_path, leave_out={"__pycache__", ".lock"})]

    assert names == ["a.py"]


def test_link_out_of_a_folder_that_is_zipped(tmp_path: Path) -> None:
    """A link never brings a file from elsewhere into a package."""
    (tmp_path / "f").mkdir()
    (tmp_path / "f" / "leak").symlink_to("/etc/passwd")

    with pytest.raises(PathUnsafe, match="leak"):
        list(files_below(tmp_path / "f"))


def test_there_and_back(tmp_path: Path) -> None:
    """What is written is what is extracted: content, executable bit, and a link that stays inside."""
    entries = [
        Entry.of_bytes("bin/tool", b"#!", is_executable=True),
        Entry.of_bytes("a.txt", b"a" * 100_000),
        Entry.of_bytes("link", b"bin/tool", is_link=True),
    ]
    write_zip(tmp_path / "z.zip", entries)

    found = extract(tmp_path / "z.zip", tmp_path / "out", LIMITS)

    assert [member.name for member in found] == ["a.txt", "bin/tool", "link"]
    assert (tmp_path / "out/a.txt").read_bytes() == b"a" * 100_000
    assert (tmp_path / "out/bin/tool").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out/link").read_bytes() == b"#!"


@pytest.mark.parametrize(
    "name",
    ["../evil", "a/../../evil", "/etc/passwd", "a\\..\\b", "C:/x", "a//b", "./a", "a/.", "a\nb", "", "x" * 1025],
)
def test_names_that_lead_elsewhere(tmp_path: Path, name: str) -> None:
    """A name that is no plain relative path is refused, and nothing is written."""
    assert name_problem(name)
    with pytest.raises(ArtifactInvalid):
        extract(_hostile(tmp_path / "z.zip", name), tmp_path / "out", LIMITS)
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "evil").exists()


def test_name_with_a_nul(tmp_path: Path) -> None:
    """zipfile cuts a name at NUL: the name before the cut is looked at."""
    path = _hostile(tmp_path / "z.zip", "safe.txtX/../evil")
    path.write_bytes(path.read_bytes().replace(b"safe.txtX", b"safe.txt\0"))

    with pytest.raises(ArtifactInvalid):
        extract(path, tmp_path / "out", LIMITS)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", [("a", "a"), ("a", "a/b")])
def test_names_that_collide(tmp_path: Path, names: tuple[str, ...]) -> None:
    """No file comes twice, and none is the folder of another: so nothing is written through a link either."""
    with pytest.raises(ArtifactInvalid):
        extract(_hostile(tmp_path / "z.zip", *names), tmp_path / "out", LIMITS)


def test_twins() -> None:
    """Names that a file system may take for one cannot be in one package."""
    check_twins(["Makefile", "makefile.am"])
    for twins in (("Makefile", "makefile"), ("caf\u00e9", "cafe\u0301")):
        with pytest.raises(ArtifactInvalid):
            check_twins(twins)


@pytest.mark.parametrize("target", ["/etc/passwd", "../out2", "a/../../..", "", "\0"])
def test_link_out_of_the_folder(tmp_path: Path, target: str) -> None:
    """A link that leads out of the folder is refused."""
    path = _hostile(tmp_path / "z.zip", "link", mode=0o120777, body=target.encode())

    with pytest.raises(PathUnsafe):
        extract(path, tmp_path / "out", LIMITS)


def test_link_out_through_another_link(tmp_path: Path) -> None:
    """Two links that are each harmless do not lead out together."""
    entries = [
        Entry.of_bytes("a/b/up", b"..", is_link=True),
        Entry.of_bytes("out", b"a/b/up/../..", is_link=True),
    ]
    write_zip(tmp_path / "z.zip", entries)

    with pytest.raises(PathUnsafe):
        extract(tmp_path / "z.zip", tmp_path / "folder", LIMITS)


@pytest.mark.parametrize("mode", [0o010644, 0o020644, 0o060644, 0o140644])
def test_pipes_and_devices(tmp_path: Path, mode: int) -> None:
    """Only files, folders and links are taken."""
    with pytest.raises(ArtifactInvalid, match="neither"):
        extract(_hostile(tmp_path / "z.zip", "x", mode=mode), tmp_path / "out", LIMITS)


def test_too_many_and_too_large(tmp_path: Path) -> None:
    """Both limits hold before anything is unpacked."""
    many = _hostile(tmp_path / "many.zip", *(f"f{number}" for number in range(101)))
    write_zip(tmp_path / "bomb.zip", [Entry.of_bytes("zeros", bytes(1_000_001))])

    with pytest.raises(ArtifactInvalid, match="101"):
        extract(many, tmp_path / "out", LIMITS)
    with pytest.raises(PackageTooLarge, match=r"1\.0 MB"):
        extract(tmp_path / "bomb.zip", tmp_path / "out", LIMITS)


def test_directory_larger_than_any_honest_one(tmp_path: Path) -> None:
    """The size of a zip's directory is looked at before it is read into memory."""
    path = _hostile(tmp_path / "z.zip", *(f"{number}{'x' * 900}" for number in range(300)))

    with pytest.raises(ArtifactInvalid):
        open_zip(path, ZipLimits(max_files=2, max_bytes=100))


def test_content_that_is_not_what_was_announced(tmp_path: Path) -> None:
    """A zip whose content does not match its checksum is refused."""
    write_zip(tmp_path / "z.zip", [Entry.of_bytes("a", b"hello")])
    body = bytearray((tmp_path / "z.zip").read_bytes())
    body[32] ^= 0xFF
    (tmp_path / "z.zip").write_bytes(body)

    with pytest.raises(ArtifactInvalid, match="damaged"):
        extract(tmp_path / "z.zip", tmp_path / "out", LIMITS)


@given(body=st.binary(max_size=300))
def test_any_bytes(body: bytes) -> None:
    """Bytes that are no zip are an error of ours, never a crash."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "z.zip")
        path.write_bytes(body + b"PK\x05\x06" + body)
        with pytest.raises(DeployerError), open_zip(path, LIMITS) as archive:
            members(archive, LIMITS)
            raise ArtifactInvalid("an empty zip is one")


@given(name=st.text(max_size=40))
def test_accepted_names_stay_inside(name: str) -> None:
    """Whatever name is accepted, it is below the folder that it is joined to."""
    if name_problem(name) is None:
        parts = PurePosixPath(name).parts
        assert ".." not in parts
        assert not PurePosixPath(name).is_absolute()
        assert "/".join(parts) == name
