"""A child process that cannot outlive its time, with the end of what it printed."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.log_text import MAX_BYTES
from deployer.redaction import lines_without_secrets

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TAIL_LINES: Final = 100
_PIECE: Final = 1 << 16
_MAX_PIECES_AFTER: Final = 32  # twice what a pipe can be made to hold (pipe(7), "Pipe capacity")
_LOOK_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """`exit_code` is None when the child was killed at its time limit. `tail` holds the last lines, cleaned."""

    exit_code: int | None
    tail: list[str]


class Children:
    """The children that run just now, so that all of them can be ended at once."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._is_closed = False

    def run(self, command: Sequence[str], *, env: Mapping[str, str], folder: Path, deadline: float) -> Ended:
        """Runs a command until `deadline` (of time.monotonic) at most; afterwards nothing of its group is left."""
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            env=env,
            cwd=folder,
            start_new_session=True,
        ) as process:
            self._running.add(process)
            try:
                return self._follow(process, deadline)
            finally:
                _kill_group(process)
                self._running.discard(process)

    def end(self) -> None:
        """All of them, and those that would start later, are killed."""
        self._is_closed = True
        for process in list(self._running):
            _kill_group(process)

    def _follow(self, process: subprocess.Popen[bytes], deadline: float) -> Ended:
        tail = _Tail()
        while process.poll() is None and time.monotonic() < deadline and not self._is_closed:
            tail.read(process)
        exit_code = process.poll()
        _kill_group(process)
        for _ in range(_MAX_PIECES_AFTER):  # what is still in the pipe; who left the group may write for ever
            if not tail.read(process):
                break
        return Ended(exit_code=exit_code, tail=tail.lines())


class _Tail:
    """The last lines of an output, however long it and its lines are."""

    def __init__(self) -> None:
        self._complete: deque[bytes] = deque(maxlen=TAIL_LINES)
        self._open = b""

    def read(self, process: subprocess.Popen[bytes]) -> bool:
        """Takes in a piece of the output, waiting a moment for it. False when there was none."""
        if process.stdout is None or not select.select([process.stdout], [], [], _LOOK_SECONDS)[0]:
            return False
        piece = os.read(process.stdout.fileno(), _PIECE)
        *complete, rest = (self._open + piece).split(b"\n")
        self._complete.extend(complete)
        self._open = rest[:MAX_BYTES]
        if not piece:
            time.sleep(_LOOK_SECONDS)  # its output is closed, and it lives on
        return bool(piece)

    def lines(self) -> list[str]:
        """As they may be kept: without the secrets that a stranger's program prints."""
        lines = lines_without_secrets(line.decode(errors="replace") for line in (*self._complete, self._open))
        return [line for line in lines if line.strip()][-TAIL_LINES:]


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
