"""A server on loopback that says what a test wants, byte for byte."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Play = Callable[[socket.socket, bytes], None]


@contextmanager
def server(play: Play) -> Iterator[tuple[str, list[bytes]]]:
    """The pattern of its addresses, and what it was asked; `play` answers each request."""
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        asked.append(whole_request(connection))
                        play(connection, asked[-1])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/at/{{id}}", asked
        finally:
            listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def whole_request(connection: socket.socket) -> bytes:
    received = connection.recv(1 << 16)
    length = re.search(rb"content-length: (\d+)", received, re.IGNORECASE)
    while length and len(received.partition(b"\r\n\r\n")[2]) < int(length[1]):
        received += connection.recv(1 << 16)
    return received


def says(text: str | bytes) -> Play:
    return lambda connection, _: connection.sendall(text.encode() if isinstance(text, str) else text)
