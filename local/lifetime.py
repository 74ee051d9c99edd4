"""Everything that a program started, and that goes with it, however and whenever it is stopped."""

from __future__ import annotations

import signal
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import FrameType, TracebackType

_STOPPING: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

T = TypeVar("T")


class Lifetime:
    """A context: its first SIGINT, SIGTERM or SIGHUP raises KeyboardInterrupt, later ones are ignored.

    Neither cuts into the start of something (`enter`) nor into the cleaning up, so that whatever was started is
    known here, and ends here. For the main thread.
    """

    def __init__(self) -> None:
        self._started = ExitStack()
        self._before: list[tuple[signal.Signals, signal._HANDLER]] = []
        self._deferring = False
        self._is_asked = False

    def __enter__(self) -> Self:
        self._before = [(number, signal.signal(number, self._on_signal)) for number in _STOPPING]
        return self

    def enter(self, context: AbstractContextManager[T]) -> T:
        """What `context` gives; it ends with this lifetime, last one first."""
        with self._deferred():
            return self._started.enter_context(context)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._deferring = True
        self._started.close()
        for number, handler in self._before:
            signal.signal(number, handler)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        first, self._is_asked = not self._is_asked, True
        if first and not self._deferring:
            raise KeyboardInterrupt

    @contextmanager
    def _deferred(self) -> Iterator[None]:
        """A signal that comes inside is raised at its end."""
        was_asked, self._deferring = self._is_asked, True
        try:
            yield
        finally:
            self._deferring = False
        if self._is_asked and not was_asked:
            raise KeyboardInterrupt
