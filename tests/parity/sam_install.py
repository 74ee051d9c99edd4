"""The other tool, installed once into .local/sam, in an environment of its own."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Final

from local.errors import ProgramMissing

_REQUIREMENTS: Final = Path(__file__).parent / "requirements.txt"
_LOCAL: Final = Path(__file__).resolve().parent.parent.parent / ".local"


def program() -> Path:
    """`sam` of the pinned version. Raises ProgramMissing when it cannot be installed."""
    version = hashlib.sha256(_REQUIREMENTS.read_bytes()).hexdigest()[:16]
    folder = _LOCAL / "sam" / version
    ready = folder / "ready"
    if not ready.exists():
        print(f"installing {_REQUIREMENTS.read_text().split()[-1]} into {folder.relative_to(_LOCAL.parent)} ...")
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        uv = Path(sys.executable).parent / "uv"
        _run(str(uv), "pip", "install", "-q", "--python", str(folder / "bin/python"), "-r", str(_REQUIREMENTS))
        ready.touch()
    return folder / "bin" / "sam"


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ProgramMissing(f"aws-sam-cli could not be installed:\n{done.stdout}{done.stderr}")
