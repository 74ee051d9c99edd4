"""Tools that share no library with the rest, each in an environment of its own below .local."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

from local.errors import ProgramMissing

from supply.parts import ROOT

_LOCAL: Final = ROOT / ".local"


def bin_folder(name: str, lock: Path) -> Path:
    """The folder with the programs of that lock file, installed once. Raises ProgramMissing."""
    version = hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    folder = _LOCAL / name / version
    ready = folder / "ready"
    if not ready.exists():
        print(f"installing what {lock.relative_to(ROOT)} lists into {folder.relative_to(ROOT)} ...", flush=True)
        _install(folder, lock)
        ready.touch()
    return folder / "bin"


def _install(folder: Path, lock: Path) -> None:
    """Compiled at once: the first start costs what the next ones do."""
    _run(sys.executable, "-m", "venv", "--clear", str(folder))
    uv = str(Path(sys.executable).parent / "uv")
    where = ("--python", str(folder / "bin" / "python"))
    _run(uv, "pip", "install", "-q", "--compile-bytecode", "--require-hashes", *where, "-r", str(lock))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramMissing(f"{' '.join(command[-2:])} could not be installed:\n{done.stdout}{done.stderr}")
