"""Installing: the images' tags, the parameters that are handed on, and what is said when something is missing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from install import commands, deploy, images
from install.errors import NotConfirmed, ToolMissing
from install.terminal import confirmed

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("containers/clone", "containers/build", "functions/deployer"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "one.py").write_text("1")
    return tmp_path


def test_same_files(root: Path) -> None:
    """The tag is the files' own: what Python leaves beside them does not change it."""
    before = images.tag_of("clone", "x86_64", root)

    (root / "functions" / "deployer" / "__pycache__").mkdir()
    (root / "functions" / "deployer" / "__pycache__" / "one.pyc").write_text("x")

    assert images.tag_of("clone", "x86_64", root) == before


@pytest.mark.parametrize(
    "changed", ["containers/clone/one.py", "functions/deployer/one.py", "containers/clone/two"]
)
def test_other_files(root: Path, changed: str) -> None:
    """What goes into an image changes its tag; what goes into the other alone does not."""
    clone, build = (images.tag_of(name, "x86_64", root) for name in ("clone", "build"))

    (root / changed).write_text("2")

    assert images.tag_of("clone", "x86_64", root) != clone
    assert (images.tag_of("build", "x86_64", root) == build) == changed.startswith("containers/clone")


def test_other_processor(root: Path) -> None:
    """An image for another processor is another image."""
    assert images.tag_of("clone", "x86_64", root) != images.tag_of("clone", "arm64", root)


def test_parameters() -> None:
    """Those given win over those of the environment."""
    chosen = deploy.parameters("shared", "MaxRunningSessions=3")

    assert chosen == {"AuthMode": "IAM", "MaxRunningSessions": "3"}


def test_tools_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are named, with where to get them."""
    monkeypatch.setattr(shutil, "which", lambda _tool: None)

    with pytest.raises(ToolMissing, match=r"sam is not installed: see https://.*; docker is not installed"):
        commands.require("sam", "docker")


def test_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal nothing is done unless it was said before."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    confirmed("Go on?", yes=True)
    with pytest.raises(NotConfirmed, match="YES=1"):
        confirmed("Go on?", yes=False)
