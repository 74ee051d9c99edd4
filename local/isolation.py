"""What keeps a container's processes to themselves on this machine, as far as it can be had without rights."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from typing import Final

# unshare(1): a process table of its own, so that nobody else's environment can be read there (proc(5)) and nobody
# is left when it ends; the user stays who it is.
_OPTIONS: Final = ("--user", "--map-current-user", "--pid", "--fork", "--mount-proc", "--kill-child", "--")
_TRY_SECONDS: Final = 5


@cache
def prefix() -> tuple[str, ...]:
    """What a command begins with to run so; nothing where the system has no such thing, or does not allow it."""
    program = shutil.which("unshare")
    return (program, *_OPTIONS) if program and _works([program, *_OPTIONS, "true"]) else ()


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, timeout=_TRY_SECONDS, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
