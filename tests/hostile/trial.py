"""An attack in a process of its own: what came of it, how long it took, what it held, and what it left."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

from tests.hostile.arena import CANARY, arena
from tests.hostile.case import Act, Case, Seen

from deployer.removal import remove

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SECONDS: Final = 5.0
MAX_MB: Final = 300.0
_GIVEN_UP_SECONDS: Final = 60
_PR_SET_CHILD_SUBREAPER: Final = 36  # prctl(2): orphans come to us, and can be counted
_CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": f"AKIA{CANARY}",
    "AWS_SECRET_ACCESS_KEY": CANARY,
    "AWS_SESSION_TOKEN": CANARY,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": f"/{CANARY}",
    "GITHUB_TOKEN": CANARY,
}


def tried(case: Case) -> Seen:
    """What comes of it. What only took too long is tried again: the machine may have been busy."""
    seen = _tried(case)
    return _tried(case) if seen.harm and seen.harm == _spent(seen.seconds, seen.peak_mb) else seen


def _tried(case: Case) -> Seen:
    """The case, from its preparation to a look at what is left of it."""
    folder = Path(mkdtemp(prefix="hostile-")).resolve()
    try:
        told = _forked(lambda: _watched(case, folder))
    finally:
        remove(folder)
    harm = (*told["harm"], *_spent(told["seconds"], told["peakMb"]))
    return Seen(answer=told["answer"], seconds=told["seconds"], peak_mb=told["peakMb"], harm=harm)


def _spent(seconds: float, peak_mb: float) -> tuple[str, ...]:
    over = [f"{seconds:.1f} s"] if seconds > MAX_SECONDS else []
    return (*over, *([f"{peak_mb:.0f} MB"] if peak_mb > MAX_MB else []))


def _forked(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What the work tells from a child; a child that tells nothing has crashed."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        with os.fdopen(writer, "w") as out:
            out.write(json.dumps(work()))
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as told:
        text = told.read()
    _, status = os.waitpid(pid, 0)
    return json.loads(text) if text else _crashed(status)


def _crashed(status: int) -> dict[str, Any]:
    number = os.waitstatus_to_exitcode(status)
    return {"answer": f"the process ended with {number}", "seconds": 0.0, "peakMb": 0.0, "harm": ["a crash"]}


def _watched(case: Case, folder: Path) -> dict[str, Any]:
    """In the child: nothing that it prints is shown, and the credentials are there to be found."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    os.environ.update(_CREDENTIALS)
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    os.dup2(quiet, 2)
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(_GIVEN_UP_SECONDS)
    with arena(folder) as place:
        told = _measured(case.prepare(place))
        harm = place.harm()
    return told | {"harm": [*harm, *_left()]}


def _measured(act: Act) -> dict[str, Any]:
    _forget_the_peak()
    before = _held_mb("VmRSS")
    started = time.monotonic()
    try:
        answer = act()
    except Exception as error:
        answer = f"{type(error).__name__}: {error}"[:200]
    return {"answer": answer, "seconds": time.monotonic() - started, "peakMb": _peak_mb(before)}


def _give_up(number: int, frame: object) -> None:
    raise TimeoutError(f"no end after {_GIVEN_UP_SECONDS} s")


def _forget_the_peak() -> None:
    """proc(5), /proc/pid/clear_refs: what was held before the attack is not the attack's."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb(before: float) -> float:
    """The most that one of its children held, or this process beside what it held `before`, which is not the attack's."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return max(_held_mb("VmHWM") - before, children)


def _held_mb(name: str) -> float:
    """proc(5), /proc/pid/status."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name)) / 1024


def _left() -> list[str]:
    """Processes that the attack has left, killed now."""
    deadline = time.monotonic() + 1
    while (alive := _children()) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid in alive:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return [f"{len(alive)} processes are left"] if alive else []


def _children() -> list[int]:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in children.read_text().split()] if children.exists() else []


def is_possible() -> bool:
    """Processes are counted and measured as Linux tells of them."""
    return sys.platform == "linux"
