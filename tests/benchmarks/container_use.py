"""What the platform's containers hold of memory and disk while they run: looked at from outside, on Linux."""

from __future__ import annotations

import os
import re
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local.process_table import family

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE: Final = 1_000_000
_LOOK_SECONDS: Final = 0.25
_PROGRAM: Final = re.compile(rb"/containers/(clone|build)/(?:clone|build)\.py\0")


@dataclass(slots=True)
class Peak:
    """The most at any look, each for itself: of the container's processes together, and of its folder."""

    memory_bytes: int = 0
    disk_bytes: int = 0

    def __str__(self) -> str:
        return f"{self.memory_bytes / MEGABYTE:.0f} MB memory, {self.disk_bytes / MEGABYTE:.0f} MB disk"


@contextmanager
def watched() -> Iterator[dict[str, Peak]]:
    """The peak of each kind of container (`clone`, `build`) that ran on this machine meanwhile."""
    peaks: dict[str, Peak] = {}
    ended = threading.Event()
    thread = threading.Thread(target=_watch, args=(peaks, ended))
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def _watch(peaks: dict[str, Peak], ended: threading.Event) -> None:
    while not ended.wait(_LOOK_SECONDS):
        for name, process, folder in _containers():
            peak = peaks.setdefault(name, Peak())
            peak.memory_bytes = max(peak.memory_bytes, memory_bytes(process))
            peak.disk_bytes = max(peak.disk_bytes, _disk_bytes(folder))


def _containers() -> Iterator[tuple[str, int, Path]]:
    """Name, process and folder of each that runs."""
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended meanwhile
            program = _PROGRAM.search((path / "cmdline").read_bytes())
            if program:
                yield program[1].decode(), int(path.name), (path / "cwd").readlink()


def memory_bytes(process: int) -> int:
    """Of the process and its descendants."""
    return sum(_resident_bytes(each.pid) for each in family(process))


def _resident_bytes(process: int) -> int:
    """Its memory, shared pages divided among those that share them (`man 5 proc`, Pss); 0 once it is gone."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:")), 0)


def _disk_bytes(folder: Path) -> int:
    """What the files below it take, links not followed, however deeply they are nested."""
    total, folders = 0, [str(folder)]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:  # it was removed meanwhile
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                else:
                    total += entry.stat(follow_symlinks=False).st_blocks * 512
    return total
