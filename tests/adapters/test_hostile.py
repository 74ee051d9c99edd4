"""The attacks of `make hostile`: what takes no process of its own is tried here, and the suite notices harm."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import time
import zipfile
from typing import TYPE_CHECKING

import pytest
from tests.hostile import suite, trial
from tests.hostile.arena import CANARY
from tests.hostile.case import NO_HARM, Act, Case

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.hostile.arena import Arena

pytestmark = pytest.mark.skipif(not trial.is_possible(), reason="only Linux tells what a process held and left")

CASES = suite.cases()


@pytest.mark.parametrize("case", [case for case in CASES if case.is_quick], ids=lambda case: case.id)
def test_attack(case: Case) -> None:
    """Nothing comes of it but what is expected."""
    seen = trial.tried(case)

    assert seen.answer in case.expected, case.attack
    assert seen.harm == ()


def test_ids() -> None:
    """Each attack has its own; there are enough of them, of every row that can happen here."""
    ids = [case.id for case in CASES]

    assert len(set(ids)) == len(ids) > 500
    rows = {case.id.split("-")[0] for case in CASES}
    assert rows >= {*(f"G{number}" for number in range(2, 17)), *(f"P{number}" for number in (2, 3, 4))}
    assert rows >= {"I", "T1", "T2", "T4", "T5", "T6", "T8", "B1", "B2", "S1", "S2", "L1", "L2", "L3", "L8"}


def _write(place: Arena) -> str:
    place.marker.touch()
    return NO_HARM


def _steal(place: Arena) -> str:
    place.bucket.objects["x"] = os.environ["GITHUB_TOKEN"].encode()  # noqa: TID251 - what an attack would do
    return NO_HARM


def _steal_into_a_package(place: Arena) -> str:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("seen", "GITHUB_TOKEN=" + os.environ["GITHUB_TOKEN"] * 9)  # noqa: TID251
    place.bucket.objects["x.zip"] = body.getvalue()
    return NO_HARM


def _leave(_place: Arena) -> str:
    subprocess.Popen(["sleep", "60"], start_new_session=True)
    return NO_HARM


def _visit(place: Arena) -> str:
    import socket

    socket.create_connection(("127.0.0.1", place.other.port)).close()
    time.sleep(0.2)
    return NO_HARM


def _crash(_place: Arena) -> str:
    os.kill(os.getpid(), signal.SIGKILL)
    return NO_HARM


def _hold(_place: Arena) -> str:
    return NO_HARM if bytearray(b"x") * (400 << 20) else ""


@pytest.mark.parametrize(
    ("attack", "harm"),
    [
        (_write, "a file was written"),
        (_steal, "a credential was read"),
        (_steal_into_a_package, "a credential was read"),
        (_leave, "1 processes are left"),
        (_visit, "was reached"),
        (_crash, "a crash"),
        (_hold, " MB"),
    ],
)
def test_harm_is_noticed(attack: Callable[[Arena], str], harm: str) -> None:
    """An attack that succeeds is told, whatever it answers."""

    def prepare(place: Arena) -> Act:
        return lambda: attack(place)

    seen = trial.tried(Case(id="x", attack="x", expected=(NO_HARM,), prepare=prepare))

    assert any(harm in each for each in seen.harm), seen
    assert CANARY not in seen.answer
