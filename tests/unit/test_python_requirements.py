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
    return requirements_file(source, tmp_path, scratch, "3.13").read_text().splitlines()


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


def test_hashes_of_poetry(tmp_path: Path) -> None:
    """What the lock file says of a package's files is held to, in its newer and its older place."""
    package = '[[package]]\nname = "idna"\nversion = "3.10"\n'
    newer = f'{package}files = [{{file = "a", hash = "sha256:1"}}, {{file = "b", hash = "sha256:2"}}]'
    older = f'{package}[metadata.files]\nidna = [{{file = "a", hash = "sha256:1"}}]'

    (tmp_path / "older").mkdir()
    assert _asked(tmp_path, poetry_lock=newer) == ["idna==3.10 --hash=sha256:1 --hash=sha256:2"]
    assert _asked(tmp_path / "older", poetry_lock=older) == ["idna==3.10 --hash=sha256:1"]


@pytest.mark.parametrize(
    ("source", "asked"),
    [
        (
            '{type = "git", url = "https://example.org/a.git", resolved_reference = "12", subdirectory = "x"}',
            "a @ git+https://example.org/a.git@12#subdirectory=x",
        ),
        ('{type = "url", url = "https://example.org/a.whl"}', "a @ https://example.org/a.whl"),
        ('{type = "directory", url = "../a"}', "{source}/./../a"),
    ],
)
def test_package_from_elsewhere(tmp_path: Path, source: str, asked: str) -> None:
    """A package comes from the place that was locked, not from an index that has one of the same name."""
    lock = f'[[package]]\nname = "a"\nversion = "1"\nsource = {source}'

    assert _asked(tmp_path, poetry_lock=lock) == [asked.format(source=tmp_path / "source")]


def test_private_index(tmp_path: Path) -> None:
    """It is asked before the public one."""
    lock = '[[package]]\nname = "a"\nversion = "1"\nsource = {type = "legacy", url = "https://example.org/simple"}'

    assert _asked(tmp_path, poetry_lock=lock) == ["--extra-index-url https://example.org/simple", "a==1"]


def test_lock_without_groups(tmp_path: Path) -> None:
    """What the project depends on is followed where the lock file does not say what is for developers."""
    lock = (
        '[[package]]\nname = "Some_App"\nversion = "1"\n[package.dependencies]\nlib = "*"\n'
        '[[package]]\nname = "lib"\nversion = "2"\n[[package]]\nname = "pytest"\nversion = "9"\n'
    )
    pyproject = "[tool.poetry.dependencies]\npython = '^3'\nsome-app = '*'"

    assert _asked(tmp_path, poetry_lock=lock, pyproject_toml=pyproject) == ["Some_App==1", "lib==2"]


def test_lock_with_categories(tmp_path: Path) -> None:
    """The oldest lock files name each package's category."""
    lock = (
        '[[package]]\nname = "a"\nversion = "1"\ncategory = "main"\n'
        '[[package]]\nname = "b"\nversion = "2"\ncategory = "dev"\n'
    )

    assert _asked(tmp_path, poetry_lock=lock) == ["a==1"]


def test_lock_of_pipenv(tmp_path: Path) -> None:
    """Its default packages, with extras, markers and hashes."""
    package = '{"version": "==1", "extras": ["x"], "markers": "os_name == \'posix\'", "hashes": ["sha256:1"]}'

    asked = _asked(
        tmp_path, Pipfile="", Pipfile_lock=f'{{"default": {{"a": {package}}}, "develop": {{"b": {{}}}}}}'
    )

    assert asked == ["a[x]==1 ; os_name == 'posix' --hash=sha256:1"]


def test_pipenv_without_a_lock(tmp_path: Path) -> None:
    """The lock file is asked for."""
    with pytest.raises(BuildFailed, match=r"commit Pipfile\.lock"):
        _asked(tmp_path, Pipfile="[packages]\na = '*'")


def test_poetry_without_a_lock(tmp_path: Path) -> None:
    """Poetry's own way of naming versions is not guessed at: the lock file is asked for."""
    with pytest.raises(BuildFailed, match=r"poetry\.lock"):
        _asked(tmp_path, pyproject_toml="[tool.poetry.dependencies]\nidna = '^3'")


def test_broken_project_file(tmp_path: Path) -> None:
    """The file is named."""
    with pytest.raises(BuildFailed, match=r"pyproject\.toml cannot be read"):
        _asked(tmp_path, pyproject_toml="[project")
