"""What a Python project asks for, whichever of its files says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from deployer.errors import BuildFailed
from python_requirements import requirements_file

if TYPE_CHECKING:
    from pathlib import Path

POETRY_LOCK = """
[[package]]
name = "idna"
version = "3.10"
groups = ["main"]
markers = 'python_version < "4"'

[[package]]
name = "pytest"
version = "9.0.0"
groups = ["dev"]

[[package]]
name = "extra"
version = "1.0"
optional = true
"""


def _asked(tmp_path: Path, **files: str) -> list[str]:
    source, scratch = tmp_path / "source", tmp_path / "scratch"
    source.mkdir()
    scratch.mkdir()
    for name, text in files.items():
        (source / name.replace("_", ".")).write_text(text)
    manifest = requirements_file(source, scratch)
    return manifest.read_text().splitlines() if manifest else []


def test_requirements_file(tmp_path: Path) -> None:
    """requirements.txt wins over a project file, as it does with SAM."""
    asked = _asked(tmp_path, requirements_txt="a==1", pyproject_toml='[project]\ndependencies = ["b"]')

    assert asked == ["a==1"]


def test_project_file(tmp_path: Path) -> None:
    """Its run-time dependencies, and none of its groups."""
    text = '[project]\ndependencies = ["a>=1", "b"]\n[dependency-groups]\ndev = ["c"]'

    assert _asked(tmp_path, pyproject_toml=text) == ["a>=1", "b"]


def test_project_file_for_tools(tmp_path: Path) -> None:
    """A project file that only configures a linter asks for nothing."""
    assert _asked(tmp_path, pyproject_toml="[tool.ruff]\nline-length = 100") == []


def test_lock_of_poetry(tmp_path: Path) -> None:
    """The main group's packages, pinned, with their markers."""
    asked = _asked(tmp_path, poetry_lock=POETRY_LOCK, pyproject_toml="[tool.poetry.dependencies]\nidna = '*'")

    assert asked == ['idna==3.10 ; python_version < "4"']


def test_poetry_without_a_lock(tmp_path: Path) -> None:
    """Poetry's own way of naming versions is not guessed at: the lock file is asked for."""
    with pytest.raises(BuildFailed, match=r"poetry\.lock"):
        _asked(tmp_path, pyproject_toml="[tool.poetry.dependencies]\nidna = '^3'")


def test_broken_project_file(tmp_path: Path) -> None:
    """The file is named."""
    with pytest.raises(BuildFailed, match=r"pyproject\.toml cannot be read"):
        _asked(tmp_path, pyproject_toml="[project")
