"""What builds need beside Python and Node, installed once into .local/tools."""

from __future__ import annotations

import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from local import processes
from local.errors import ProgramMissing

ESBUILD: Final = "esbuild@0.28.2"

_LOCAL: Final = Path(__file__).resolve().parent.parent / ".local"
_FOLDER: Final = _LOCAL / "tools" / ESBUILD


def bin_folder() -> Path:
    """The folder with the programs, for PATH. Raises ProgramMissing when they cannot be installed."""
    programs = _FOLDER / "node_modules" / ".bin"
    if not (programs / "esbuild").exists():
        _install()
    return programs


def _install() -> None:
    """Whole or not at all: an interrupted installation leaves nothing that looks like one."""
    _FOLDER.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=_LOCAL, prefix="installing-") as folder:
        prefix = Path(folder) / "prefix"
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(prefix), ESBUILD]
        env = {**processes.environment(Path(folder)), **processes.registry_settings()}
        result = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise ProgramMissing(f"{ESBUILD} could not be installed with npm:\n{result.stdout}{result.stderr}")
        prefix.rename(_FOLDER)
