"""Where sanity tests must not go, and hosts that answer to do harm."""

from __future__ import annotations

import gzip
import socket
import time
from typing import TYPE_CHECKING, Any, Final

from tests.hostile.case import NO_HARM, Act, Case
from tests.raw_server import says, server

from deployer import probe
from deployer.probe import MAX_BODY_BYTES, NoAnswer
from deployer.sanity.address import Address, AddressRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.arena import Arena
    from tests.raw_server import Play

_AWS: Final = "https://{id}.execute-api.eu-west-1.amazonaws.com"
_REFUSED: Final = ("AddressRefused",)

RESOLVED: Final = (
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "169.254.170.2",
    "100.64.0.1", "198.18.0.1", "192.0.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "fe80::1%eth0", "fc00::1",
    "fd00:ec2::254", "ff02::1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
    "2002:a9fe:a9fe::", "2001::1", "2001:db8::1",
)  # fmt: skip
IDS: Final = (
    "", "a/", "a/../other", "a.evil.example/", "evil.example/a", "evil.example#", "evil.example?", "evil.example\\",
    "user@evil", "a:80", "..", "-", "{id}", "g\u0131thub", "evil\u3002com", "\u2460", "a\n", "a\0", "a b", "%2e%2e",
    "a" * 64,
)  # fmt: skip
PATHS: Final = (
    "x", "@evil.example", "//evil.example/", "/..", "/a/../../b", "/%2e%2e/b", "/a%2f..%2Fb", "/a/..%5cb", "/a?b", "/a#b",
    "/a\\b", "/a\r\nHost: evil.example", "/\0", "/%", "/" + "a" * 2000,
)  # fmt: skip


def cases() -> Iterator[Case]:
    for number, found in enumerate(RESOLVED, 1):
        yield _case(f"S1-dns-{number}", f"an API's name that leads to {found}", _REFUSED, _resolving([found]))
    yield _case(
        "S1-dns-27", "one good address, and one of this network", _REFUSED, _resolving(["8.8.8.8", "10.0.0.1"])
    )
    yield _case("S1-dns-28", "a name without an address", _REFUSED, _resolving([]))
    for number, api_id in enumerate(IDS, 1):
        yield _case(f"S1-id-{number}", f"an API's id {api_id!r}", _REFUSED, _of(id=api_id))
    for number, path in enumerate(PATHS, 1):
        yield _case(f"S1-path-{number}", f"a path {path!r}", _REFUSED, _of(id="a1", path=path))
    yield Case(
        id="S1-redirect", attack="an answer that leads to another host", expected=("302",), prepare=_redirect
    )
    for name, attack, expected, play in _plays():
        yield Case(id=name, attack=attack, expected=expected, prepare=_played(play))


def _plays() -> Iterator[tuple[str, str, tuple[str, ...], Play]]:
    packed = gzip.compress(bytes(1 << 24))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    yield "S2-1", "an endless body", ("200",), _endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65536)
    yield "S2-2", "a bomb of gzip", ("200",), says(head + packed)
    yield (
        "S2-3",
        "endless headers",
        ("NoAnswer",),
        _endless(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"x" * 1000 + b"\r\n"),
    )
    yield "S2-4", "an endless header", ("NoAnswer",), _endless(b"HTTP/1.1 200 OK\r\nX-A: ", b"x" * 65536)
    yield "S2-5", "silence", ("TooSlow",), lambda connection, _: time.sleep(4)
    yield (
        "S2-6",
        "a byte at a time",
        ("TooSlow",),
        _endless(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x", 0.05),
    )
    yield "S2-7", "no HTTP", ("NoAnswer",), says("SSH-2.0-x\r\n\r\n")
    yield "S2-8", "a status of a thousand digits", ("NoAnswer",), says(f"HTTP/1.1 {'9' * 1000} OK\r\n\r\n")
    yield (
        "S2-9",
        "a chunk of a negative length",
        ("NoAnswer", "200"),
        says("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"),
    )


def _case(id: str, attack: str, expected: tuple[str, ...], act: Act) -> Case:
    def prepare(place: Arena) -> Act:
        """Whatever would connect reaches the other host, and is counted."""

        def all_lead_to_the_other_host(*_: Any, **__: Any) -> socket.socket:
            return connect(("127.0.0.1", place.other.port))

        connect = socket.create_connection
        place.other.url  # noqa: B018 - it is there to be reached
        socket.create_connection = all_lead_to_the_other_host
        return lambda: _code(act)

    return Case(id=id, attack=attack[:100], expected=expected, prepare=prepare)


def _of(**parts: str) -> Act:
    return lambda: _asked(Address(pattern=_AWS, **parts))


def _resolving(addresses: list[str]) -> Act:
    def act() -> str:
        found = [(0, 0, 0, "", (each, 443)) for each in addresses]
        socket.getaddrinfo = lambda *_, **__: found  # type: ignore[assignment]
        return _asked(Address(pattern=_AWS, id="a1"))

    return act


def _asked(address: Address) -> str:
    answer = probe.request("GET", address, total_seconds=1)
    return str(answer.status) if len(answer.body) <= MAX_BODY_BYTES else "too much was read"


def _redirect(place: Arena) -> Act:
    answer = says(f"HTTP/1.1 302 Go\r\nLocation: {place.other.url}/x\r\nContent-Length: 0\r\n\r\n")
    return _played(answer)(place)


def _played(play: Play) -> Callable[[Arena], Act]:
    def prepare(place: Arena) -> Act:
        pattern, _ = place.open.enter_context(server(play))
        return lambda: _code(lambda: _asked(Address(pattern=pattern, id="a1", path="/x")))

    return prepare


def _endless(head: bytes, piece: bytes, pause: float = 0) -> Play:
    def play(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(piece)
            time.sleep(pause)

    return play


def _code(act: Act) -> str:
    try:
        return act() or NO_HARM
    except (AddressRefused, NoAnswer) as error:
        return type(error).__name__
