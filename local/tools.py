"""What builds need beside Python and Node, installed once into .local/tools."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from local import processes
from local.errors import ProgramMissing

_ROOT: Final = Path(__file__).resolve().parent.parent
_LOCAL: Final = _ROOT / ".local"
_BUILD: Final = _ROOT / "containers" / "build"
_MANIFESTS: Final = (_BUILD / "package.json", _BUILD / "package-lock.json")


def bin_folder() -> Path:
    """The folder with the programs, for PATH. Raises ProgramMissing when they cannot be installed."""
    version = hashlib.sha256(b"".join(each.read_bytes() for each in _MANIFESTS)).hexdigest()[:16]
    folder = _LOCAL / "tools" / version
    if not folder.exists():
        _install(folder)
    return folder / "node_modules" / ".bin"


def _install(target: Path) -> None:
    """Whole or not at all: an interrupted installation leaves nothing that looks like one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=_LOCAL, prefix="installing-") as folder:
        prefix = Path(folder) / "prefix"
        prefix.mkdir()
        for manifest in _MANIFESTS:
            shutil.copy(manifest, prefix)
        command = ["npm", "ci", "--silent", "--no-audit", "--no-fund", "--prefix", str(prefix)]
        env = {**processes.environment(Path(folder)), **processes.registry_settings()}
        result = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if result.returncode != 0:
            raise ProgramMissing(
                f"the build's programs could not be installed with npm:\n{result.stdout}{result.stderr}"
            )
        prefix.rename(target)
