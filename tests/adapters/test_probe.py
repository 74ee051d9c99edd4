"""HTTP requests of tests, against a server that misbehaves."""

from __future__ import annotations

import gzip
import socket
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from tests.raw_server import says, server

from deployer import probe
from deployer.probe import MAX_BODY_BYTES, NoAnswer, TooSlow
from deployer.sanity.address import Address, AddressRefused

if TYPE_CHECKING:
    from tests.raw_server import Play


def address(pattern: str, path: str = "/x") -> Address:
    return Address(pattern=pattern, id="a1", path=path)


def test_answer() -> None:
    """Status, headers by their lower-case names, and body come back; what was sent is what was asked for."""
    with server(says("HTTP/1.1 404 No\r\nX-Amzn-ErrorType: Gone\r\nContent-Length: 2\r\n\r\n{}")) as (
        pattern,
        asked,
    ):
        target = Address(pattern=pattern, id="a1", path="/x", query="q=a%20b")
        answer = probe.request("POST", target, body='{"a": 1}')

    assert (answer.status, answer.headers["x-amzn-errortype"], answer.body) == (404, "Gone", b"{}")
    assert asked[0].startswith(b"POST /at/a1/x?q=a%20b HTTP/1.1\r\n")
    assert asked[0].endswith(b'\r\n\r\n{"a": 1}')


@pytest.mark.parametrize("path", ["/a%2fb", "/a%2Db", "/%7Ea", "/%c3%a9", "/a;b=1,c@d:e'f!$&(g)*+"])
def test_percent_encoding(path: str) -> None:
    """However a path is percent-encoded, the server gets what it means."""
    with server(says("HTTP/1.1 204 No\r\n\r\n")) as (pattern, asked):
        probe.request("GET", address(pattern, path))

    target = asked[0].split(b" ")[1].decode()
    assert unquote(target) == unquote(f"/at/a1{path}")
    assert target.count("/") == path.count("/") + 2


def test_headers() -> None:
    """No header says where the request goes or ends, and none is two."""
    hostile = {"Host": "evil.com", "Transfer-Encoding": "chunked", "Accept": "a\r\nX: y", "a: b\r\nX": "y"}
    with server(says("HTTP/1.1 204 No\r\n\r\n")) as (pattern, asked):
        probe.request("GET", address(pattern), headers={**hostile, "Content-Type": "application/json"})

    head = asked[0].decode().lower()
    assert "content-type: application/json" in head
    assert not any(word in head for word in ("evil.com", "chunked", "x: y"))


def test_redirect() -> None:
    """A redirect is an answer, and is not followed."""
    with (
        server(says("HTTP/1.1 200 OK\r\n\r\n")) as (other, asked),
        server(says(f"HTTP/1.1 302 Go\r\nLocation: {address(other).url}\r\n\r\n")) as (pattern, _),
    ):
        answer = probe.request("GET", address(pattern))

    assert answer.status == 302
    assert asked == []


def test_proxy_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy comes between."""
    with (
        server(says("HTTP/1.1 500 Proxy\r\n\r\n")) as (proxy, asked),
        server(says("HTTP/1.1 200 OK\r\n\r\n")) as (pattern, _),
    ):
        monkeypatch.setenv("HTTP_PROXY", proxy.removesuffix("/at/{id}"))
        monkeypatch.setenv("http_proxy", proxy.removesuffix("/at/{id}"))
        answer = probe.request("GET", address(pattern))

    assert answer.status == 200
    assert asked == []


def test_endless_body() -> None:
    """Only the beginning of a body is read."""

    def play(connection: socket.socket, _: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with server(play) as (pattern, _):
        answer = probe.request("GET", address(pattern))

    assert answer.body == b"x" * MAX_BODY_BYTES


def test_compressed_body() -> None:
    """A compressed body does not grow."""
    packed = gzip.compress(b"x" * (1 << 20))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with server(says(head + packed)) as (pattern, _):
        answer = probe.request("GET", address(pattern))

    assert answer.body == packed


def dripping(head: bytes, drop: bytes) -> Play:
    def play(connection: socket.socket, _: bytes) -> None:
        connection.sendall(head)
        while True:
            time.sleep(0.02)
            connection.sendall(drop)

    return play


@pytest.mark.parametrize(
    "play",
    [
        lambda connection, _: time.sleep(3),
        dripping(b"", b"H"),
        dripping(b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
        dripping(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["silence", "status", "header", "body", "chunks"],
)
def test_slow(play: Play) -> None:
    """However slowly it drips, and whatever it is at, it ends in time."""
    began = time.monotonic()
    with server(play) as (pattern, _):
        with pytest.raises(TooSlow, match=r"^no complete answer within 0.3 s$"):
            probe.request("GET", address(pattern), total_seconds=0.3)
        assert time.monotonic() - began < 2


@pytest.mark.parametrize("text", ["", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_no_http(text: str) -> None:
    """What is no complete answer of HTTP is none."""
    with server(says(text)) as (pattern, _), pytest.raises(NoAnswer, match=r"^no answer: "):
        probe.request("GET", address(pattern))


def test_nobody_there() -> None:
    """A closed port is no answer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NoAnswer):
        probe.request("GET", address(f"http://127.0.0.1:{port}/{{id}}"))


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "get", "GET /x HTTP/1.1\r\nX:", ""])
def test_method(method: str) -> None:
    """Only methods that a test sends are sent."""
    with server(says("HTTP/1.1 200 OK\r\n\r\n")) as (pattern, asked):
        with pytest.raises(AddressRefused):
            probe.request(method, address(pattern))
        assert asked == []


@pytest.mark.parametrize(
    "resolved",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["169.254.170.2"],
        ["8.8.8.8", "192.168.0.1"],
        ["100.64.0.1"],
        ["224.0.0.1"],
        ["::1"],
        ["fe80::1%eth0"],
        ["fd00:ec2::254"],
        ["::ffff:169.254.169.254"],
        ["64:ff9b::a9fe:a9fe"],
        ["64:ff9b:1::1"],
        ["2002:a9fe:a9fe::"],
        ["2001::1"],
        [],
    ],
)
def test_public_host_with_another_address(resolved: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A public host that leads to this machine, its network, or its metadata is not connected to."""
    found = [(0, 0, 0, "", (each, 443)) for each in resolved]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    monkeypatch.setattr(socket, "create_connection", lambda *_, **__: pytest.fail("connected"))

    with pytest.raises(AddressRefused):
        probe.request("GET", Address(pattern="https://{id}.execute-api.eu-west-1.amazonaws.com", id="a1"))


def test_public_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is connected to is the address that was looked at, not the name once more."""
    found = [(0, 0, 0, "", ("198.51.100.1", 443)), (0, 0, 0, "", ("8.8.8.8", 443))]
    connected: list[object] = []

    def connect(target: object, timeout: float) -> socket.socket:
        connected.append(target)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found[1:])
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(NoAnswer):
        probe.request("GET", Address(pattern="https://{id}.execute-api.eu-west-1.amazonaws.com", id="a1"))
    assert connected == [("8.8.8.8", 443)]


@pytest.mark.parametrize("is_there", [True, False])
def test_request_that_may_have_arrived(is_there: bool) -> None:
    """It cannot have where there was no connection."""
    with server(lambda *_: None) as (pattern, _), pytest.raises(NoAnswer) as caught:
        probe.request("POST", address(pattern if is_there else "http://127.0.0.1:1/{id}"))

    assert caught.value.was_sent == is_there
