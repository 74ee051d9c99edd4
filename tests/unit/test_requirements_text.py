"""A requirements file is made fit for a package that leaves the folder it is built in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployer.errors import BuildFailed
from requirements_text import make_fit

if TYPE_CHECKING:
    from pathlib import Path


def _file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding=encoding)
    return path


@pytest.mark.parametrize(
    ("line", "fit"),
    [
        ("-e .", "."),
        ("--editable=./lib", "./lib"),
        ("  --editable ./lib  # ours", "  ./lib  # ours"),
        ("requests-extra==1 # not -e .", "requests-extra==1 # not -e ."),
    ],
)
def test_editable_package(tmp_path: Path, line: str, fit: str) -> None:
    """It is installed whole: a link into the folder of the build would lead nowhere in Lambda."""
    file = _file(tmp_path / "requirements.txt", f"a==1\n{line}\n")

    make_fit(file, tmp_path)

    assert file.read_text() == f"a==1\n{fit}\n"


def test_included_file(tmp_path: Path) -> None:
    """Included files are made fit too, each once, as far as they are the project's."""
    outside = _file(tmp_path / "outside.txt", "-e .")
    file = _file(tmp_path / "app" / "requirements.txt", "-r base.txt\n-c ../outside.txt\n")
    base = _file(tmp_path / "app" / "base.txt", "-e ./lib\n-rrequirements.txt\n")

    make_fit(file, tmp_path / "app")

    assert base.read_text() == "./lib\n-rrequirements.txt\n"
    assert outside.read_text() == "-e ."


def test_file_that_others_share(tmp_path: Path) -> None:
    """A file around the build's own folder is replaced, not written into."""
    original = _file(tmp_path / "original.txt", "-e .")
    shared = tmp_path / "app" / "requirements.txt"
    shared.parent.mkdir()
    shared.hardlink_to(original)

    make_fit(shared, tmp_path)

    assert (shared.read_text(), original.read_text()) == (".", "-e .")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_file_from_windows(tmp_path: Path, encoding: str) -> None:
    """`pip freeze > requirements.txt` in PowerShell writes UTF-16."""
    file = _file(tmp_path / "requirements.txt", "-e .\r\n", encoding)

    make_fit(file, tmp_path)

    assert file.read_text(encoding="utf-8").strip() == "."


def test_link_to_a_repository(tmp_path: Path) -> None:
    """It is built, and told; one without a commit is told to be another one tomorrow."""
    pinned = f"git+https://example.org/a.git@{'1' * 40}"
    file = _file(
        tmp_path / "requirements.txt", f"a @ {pinned}\n-e git+https://example.org/b.git#egg=b\n# git+ssh://c\n"
    )

    assert make_fit(file, tmp_path) == [
        f"{pinned} is built from that repository",
        "git+https://example.org/b.git is built from that repository, as it is at the time: no commit is named",
    ]


@pytest.mark.parametrize(
    "link", ["git+ssh://git@example.org/a.git", "hg+https://example.org/a", "git+file:///etc"]
)
def test_link_that_a_build_cannot_follow(tmp_path: Path, link: str) -> None:
    """There is no key in the build, and no other client than git."""
    file = _file(tmp_path / "requirements.txt", f"a @ {link}\n")

    with pytest.raises(BuildFailed, match="can follow git\\+https:// links alone"):
        make_fit(file, tmp_path)


def test_file_in_an_unknown_encoding(tmp_path: Path) -> None:
    """It is named."""
    (tmp_path / "requirements.txt").write_bytes(b"caf\xe9==1")

    with pytest.raises(BuildFailed, match=r"requirements\.txt cannot be read"):
        make_fit(tmp_path / "requirements.txt", tmp_path)
