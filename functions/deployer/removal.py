"""Removing a folder that a stranger's program wrote into."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def remove(folder: Path) -> None:
    """It is gone, however deep it was, which Python's own rmtree fails at; also what was made unwritable."""
    _run("rm", "-rf", "--", str(folder))
    if folder.exists():
        _run("find", str(folder), "-type", "d", "-exec", "chmod", "u+rwx", "{}", ";")
        _run("rm", "-rf", "--", str(folder))


def _run(*command: str) -> None:
    subprocess.run(command, env={"PATH": os.defpath}, stdin=subprocess.DEVNULL, capture_output=True, check=False)  # noqa: S603 - no shell
