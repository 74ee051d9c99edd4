"""Folders as bare repositories, so that the local Git host can serve them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local import processes

if TYPE_CHECKING:
    from collections.abc import Iterable

EXAMPLES: Final = Path(__file__).resolve().parent.parent / "examples"
OWNER: Final = "examples"

# What a developer's tools leave in a folder is no part of the repository.
_EXCLUDED: Final = "node_modules/\n__pycache__/\n.aws-sam/\n"

# One author and one time: the same content is the same commit, on every machine.
_IDENTITY: Final = {
    "GIT_AUTHOR_NAME": "GitHub Lambda Deployer",
    "GIT_AUTHOR_EMAIL": "examples@localhost",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "GitHub Lambda Deployer",
    "GIT_COMMITTER_EMAIL": "examples@localhost",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def examples() -> list[Path]:
    """The example folders, in the order of their names."""
    return sorted(folder for folder in EXAMPLES.iterdir() if folder.is_dir())


def names(directory: Path) -> list[str]:
    """`{owner}/{name}` of each bare repository `{owner}/{name}.git` below `directory`, sorted."""
    return sorted(
        f"{head.parent.parent.name}/{head.parent.name.removesuffix('.git')}"
        for head in directory.glob("*/*.git/HEAD")
    )


def publish(folders: Iterable[Path], directory: Path) -> None:
    """Each folder is the repository `examples/{its name}` below `directory`, its content one commit on `main`."""
    for folder in folders:
        make_bare(folder, directory / OWNER / f"{folder.name}.git")


def make_bare(folder: Path, repository: Path) -> None:
    """A bare repository with one commit on `main`: everything in `folder`."""
    repository.parent.mkdir(parents=True, exist_ok=True)
    _git("init", "--quiet", "--bare", "--initial-branch=main", str(repository), home=repository.parent)
    (repository / "info" / "exclude").write_text(_EXCLUDED)
    there = (f"--git-dir={repository}", f"--work-tree={folder}")
    _git(*there, "add", "--all", home=repository.parent)
    _git(*there, "commit", "--quiet", "--allow-empty", "--message", "The example", home=repository.parent)


def _git(*arguments: str, home: Path) -> None:
    env = {**processes.environment(home), **_IDENTITY}
    subprocess.run(["git", *arguments], env=env, check=True, capture_output=True)
