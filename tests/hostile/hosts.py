"""Hosts that mislead whoever asks them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from tests.raw_server import says, server

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable

    from tests.hostile.arena import Arena
    from tests.raw_server import Play


def redirecting(place: Arena, status: int, to: str) -> str:
    return _open(place, says(f"HTTP/1.1 {status} Go\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))


def refusing(place: Arena) -> str:
    return _open(place, says('HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n'))


def silent(place: Arena) -> str:
    return _open(place, lambda connection, _: time.sleep(30))


def dripping(place: Arena) -> str:
    def play(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n")
        for _second in range(600):
            connection.sendall(b"0")
            time.sleep(0.05)

    return _open(place, play)


def endless(place: Arena) -> str:
    def play(connection: socket.socket, _: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\n{_TYPE}\r\n\r\n001e# service=git-upload-pack\n0000".encode())
        while True:
            connection.sendall(b"0000" * 1000)

    return _open(place, play)


_TYPE: Final = "Content-Type: application/x-git-upload-pack-advertisement"
ANSWERS: Final = (
    ("no HTTP", b"SSH-2.0-x\r\n\r\n"),
    ("a page of HTML", b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"),
    ("lines of other lengths than they say", f"HTTP/1.1 200 OK\r\n{_TYPE}\r\nContent-Length: 5\r\n\r\nffffx".encode()),
    ("an error with escapes", f"HTTP/1.1 200 OK\r\n{_TYPE}\r\nContent-Length: 23\r\n\r\n0017ERR \x1b[2J\x1b]0;x\x07fail\n".encode()),
)  # fmt: skip


def answering(answer: bytes) -> Callable[[Arena], str]:
    return lambda place: _open(place, says(answer))


def _open(place: Arena, play: Play) -> str:
    pattern, _ = place.open.enter_context(server(play))
    return pattern.removesuffix("/at/{id}")
