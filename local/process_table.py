"""Which processes there are on this machine, and what descends from which."""

from __future__ import annotations

import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROC: Final = Path("/proc")
_PS: Final = ("ps", "-A", "-o", "pid=,stat=,ppid=,pgid=")


@dataclass(frozen=True, slots=True)
class Row:
    pid: int
    state: str
    parent: int
    group: int

    @property
    def lives(self) -> bool:
        """A zombie only waits for whoever is to hear of its end."""
        return not self.state.startswith("Z")


def rows() -> list[Row]:
    """Every process just now."""
    fields = _from_proc() if (_PROC / "self" / "stat").exists() else _from_ps()
    return [Row(int(pid), state, int(parent), int(group)) for pid, state, parent, group in fields]


def family(pid: int) -> list[Row]:
    """The living process of that id, and whatever descends from it."""
    known = [row for row in rows() if row.lives]
    members, size = {pid}, 0
    while size < len(members):
        size = len(members)
        members |= {row.pid for row in known if row.parent in members}
    return [row for row in known if row.pid in members]


def _from_proc() -> Iterator[list[str]]:
    """Where there is a /proc (man 5 proc): a name may hold spaces and brackets, so the fields begin behind it."""
    for path in _PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # it has ended meanwhile
            yield [path.parent.name, *path.read_text(errors="replace").rpartition(")")[2].split()[:3]]


def _from_ps() -> Iterator[list[str]]:
    table = subprocess.run(_PS, capture_output=True, text=True, check=True).stdout
    yield from (line.split() for line in table.splitlines())
