"""What a build may take of the machine: processes, the size of a file, and no memory image when it crashes."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from pathlib import Path
from typing import Final

MAX_PROCESSES: Final = 2048
"""Threads count, too. They are beside what the same user has already, on a machine where there is more."""
MAX_FILE_BYTES: Final = 2 << 30


def limit_resources() -> None:
    """From now on, for this process and its children, hard: they cannot be raised again."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, MAX_FILE_BYTES)
    with suppress(OSError):  # a system that does not tell what runs is left as it is
        _limit(resource.RLIMIT_NPROC, _processes() + MAX_PROCESSES)


def _limit(kind: int, most: int) -> None:
    _, hard = resource.getrlimit(kind)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(kind, (wanted, wanted))


def _processes() -> int:
    """Processes and threads of this user. Raises OSError where there is no /proc."""
    own = [path for path in Path("/proc").iterdir() if path.name.isdecimal() and _is_ours(path)]
    return sum(_threads(path) for path in own)


def _is_ours(process: Path) -> bool:
    with suppress(OSError):
        return process.stat().st_uid == os.geteuid()
    return False


def _threads(process: Path) -> int:
    with suppress(OSError):  # it has ended meanwhile
        return len(list((process / "task").iterdir()))
    return 0
