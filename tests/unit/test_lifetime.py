"""A lifetime: what was started ends, whenever the signal comes."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from local.lifetime import Lifetime

if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class Diary:
    """Contexts that write down when they start and end, and may be interrupted while they do."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    @contextmanager
    def thing(self, name: str, *, on_start: int = 0, on_end: int = 0) -> Iterator[str]:
        self._write(f"{name} starts", on_start)
        yield name
        self._write(f"{name} ends", on_end)

    def _write(self, line: str, number: int) -> None:
        if number:
            signal.raise_signal(number)
        self.lines.append(line)


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_while_it_runs(number: signal.Signals) -> None:
    """The program is interrupted, and what it had started ends, last one first."""
    diary = Diary()

    with pytest.raises(KeyboardInterrupt), Lifetime() as lifetime:
        lifetime.enter(diary.thing("first"))
        lifetime.enter(diary.thing("second"))
        signal.raise_signal(number)

    assert diary.lines == ["first starts", "second starts", "second ends", "first ends"]


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_while_something_starts(number: signal.Signals) -> None:
    """The start is finished first, so that the thing is known and ends."""
    diary = Diary()

    with pytest.raises(KeyboardInterrupt), Lifetime() as lifetime:
        lifetime.enter(diary.thing("it", on_start=number))
        diary.lines.append("not reached")

    assert diary.lines == ["it starts", "it ends"]


@pytest.mark.parametrize("number", SIGNALS)
def test_signal_while_it_ends(number: signal.Signals) -> None:
    """Cleaning up is not cut short by somebody's impatience."""
    diary = Diary()

    with Lifetime() as lifetime:
        lifetime.enter(diary.thing("first"))
        lifetime.enter(diary.thing("second", on_end=number))

    assert diary.lines[-2:] == ["second ends", "first ends"]


def test_start_that_fails() -> None:
    """Its error is the program's, and what was started before it ends."""
    diary = Diary()

    with pytest.raises(ZeroDivisionError), Lifetime() as lifetime:
        lifetime.enter(diary.thing("it"))
        lifetime.enter(_failing())

    assert diary.lines == ["it starts", "it ends"]


def test_handlers_afterwards() -> None:
    """Signals mean afterwards what they meant before."""
    before = [signal.getsignal(number) for number in SIGNALS]

    with Lifetime():
        pass

    assert [signal.getsignal(number) for number in SIGNALS] == before


@contextmanager
def _failing() -> Iterator[None]:
    raise ZeroDivisionError
    yield
