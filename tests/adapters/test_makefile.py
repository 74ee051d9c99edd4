"""What `make` does before Python of ours runs: setting up, and handing over what the person gave."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REQUIREMENTS = (
    "requirements-dev.txt",
    "functions/requirements.txt",
    "containers/clone/requirements.txt",
    "containers/build/requirements.txt",
)
WORKS = "#!/bin/sh\n"
HAS_NO_PIP = "#!/bin/sh\nexit 1\n"

# Plays `python3 -m venv`: a virtual environment of programs that do nothing.
PYTHON = """#!/bin/sh
echo "$@" >>asked
if [ "$2" = venv ]; then
  mkdir -p .venv/bin && for each in python uv; do echo '#!/bin/sh' >.venv/bin/$each; chmod +x .venv/bin/$each; done
fi
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A fresh clone of the files that `make setup` reads, in a folder whose name has a space."""
    folder = tmp_path / "a clone"
    for name in ("Makefile", *REQUIREMENTS):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    program(folder / "fake-python", PYTHON)
    return folder


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def make(clone: Path, *arguments: str) -> str:
    command = ["make", "PYTHON=./fake-python", *arguments]
    return subprocess.run(command, cwd=clone, capture_output=True, text=True, check=True, timeout=60).stdout


def asked_for_venv(clone: Path) -> bool:
    return "-m venv" in (clone / "asked").read_text()


def test_setup_of_a_fresh_clone(clone: Path) -> None:
    """The virtual environment is made."""
    make(clone, "setup")

    assert asked_for_venv(clone)
    assert (clone / ".venv" / "ready").exists()


def test_setup_after_an_interrupted_one(clone: Path) -> None:
    """A virtual environment that has a Python but not yet pip is made again."""
    program(clone / ".venv" / "bin" / "python", HAS_NO_PIP)

    make(clone, "setup")

    assert asked_for_venv(clone)


def test_setup_after_a_changed_requirement(clone: Path) -> None:
    """A virtual environment that works is kept."""
    program(clone / ".venv" / "bin" / "python", WORKS)
    program(clone / ".venv" / "bin" / "uv", WORKS)

    make(clone, "setup")

    assert not asked_for_venv(clone)


def test_setup_without_a_home(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """uv is told not to keep anything there."""
    monkeypatch.setenv("HOME", "/nonexistent")

    printed = make(clone, "--dry-run", "setup")

    assert "uv pip install -q --no-cache" in printed


def test_mirror_whose_name_has_a_space(clone: Path) -> None:
    """It reaches `make up` in one piece."""
    printed = make(clone, "--dry-run", "up", "MIRROR=my mirrors")

    assert '--mirror "my mirrors"' in printed
