"""One HTTP request to a deployed thing, bounded in bytes and in time; what it answers is a claim of strangers.

No request leaves for a host that a caller, a template or a stack's output chose: deployer/sanity/address.py builds
the address, no redirect is followed, and a public host must have a public address, the one that is connected to.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from deployer.sanity.address import AddressRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.address import Address

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 35.0
"""API Gateway itself gives up after 29 or 30 s."""
MAX_BODY_BYTES: Final = 8 << 10
_PIECE_BYTES: Final = 1 << 10
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
# They say where a request goes and where it ends (RFC 9112).
_FRAMING: Final = re.compile(
    r"accept-encoding|connection|content-length|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade"
)
_HEADER_NAME: Final = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
_AGENT: Final = "github-lambda-deployer sanity test"
# Addresses that lead to an IPv4 address inside of them (RFC 3056, 4380, 6052, 8215).
_CARRIERS: Final = [
    ipaddress.ip_network(text) for text in ("2002::/16", "2001::/32", "64:ff9b::/96", "64:ff9b:1::/48")
]


class NoAnswer(Exception):
    """Nothing came back, or not in time. The message says what happened.

    `was_sent`: the request may have arrived; not where there was never a connection.
    """

    def __init__(self, message: str, *, was_sent: bool = True) -> None:
        super().__init__(message)
        self.was_sent = was_sent


class TooSlow(NoAnswer):
    """The answer did not come in time, or not all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Header names are in lower case. `body` is its beginning, MAX_BODY_BYTES at most, as it was sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    duration_ms: int


def request(
    method: str,
    address: Address,
    *,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
    total_seconds: float = TOTAL_SECONDS,
) -> Answer:
    """What is answered. Headers that would say where the request goes or ends are left out.

    Raises AddressRefused before anything is sent, and NoAnswer.
    """
    if method not in _METHODS:
        raise AddressRefused("it is no method of HTTP that a test sends")
    with _Line(address, total_seconds) as line, requests.Session() as session:
        session.trust_env = False  # neither proxy nor .netrc
        session.mount(address.base, line)
        asked = requests.Request(method, address.url, headers=_sendable(headers or {}), data=(body or "").encode())
        try:
            prepared = session.prepare_request(asked)
            if prepared.url != address.url:
                raise AddressRefused("the address would not be sent as it is")
            return _sent(session, prepared, line)
        except (requests.RequestException, HTTPError, OSError) as error:
            raise line.failure(error) from None


def _sent(session: requests.Session, prepared: requests.PreparedRequest, line: _Line) -> Answer:
    response = session.send(prepared, stream=True, allow_redirects=False, timeout=line.total_seconds)
    with closing(response):
        body = _beginning(response)
    if line.is_over:
        raise requests.Timeout
    return Answer(
        status=response.status_code,
        headers={name.lower(): value for name, value in response.headers.items()},
        body=body,
        duration_ms=line.elapsed_ms,
    )


def _beginning(response: requests.Response) -> bytes:
    """Not decoded: what is compressed all the same stays so, and cannot grow."""
    body = bytearray()
    for piece in response.raw.stream(_PIECE_BYTES, decode_content=False):
        body += piece
        if len(body) >= MAX_BODY_BYTES:
            break
    return bytes(body[:MAX_BODY_BYTES])


def _sendable(headers: Mapping[str, str]) -> dict[str, str]:
    lower = {name.lower(): value for name, value in headers.items() if value.isascii() and value.isprintable()}
    chosen = {
        name: value
        for name, value in lower.items()
        if _HEADER_NAME.fullmatch(name) and not _FRAMING.fullmatch(name)
    }
    return {"user-agent": _AGENT} | chosen | {"accept-encoding": "identity", "connection": "close"}


class _Line(HTTPAdapter):
    """Connects to where the address leads, and cuts every connection when the time is over, whatever it is at."""

    def __init__(self, address: Address, total_seconds: float) -> None:
        super().__init__(max_retries=0)
        self.total_seconds = total_seconds
        self.is_over = False
        self._address = address
        self._began = time.monotonic()
        self._wires: list[socket.socket] = []
        self._timer = threading.Timer(total_seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Line:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        for wire in self._wires:
            wire.close()
        self.close()

    @property
    def elapsed_ms(self) -> int:
        return round((time.monotonic() - self._began) * 1000)

    def failure(self, error: Exception) -> NoAnswer:
        if self.is_over or isinstance(error, requests.ReadTimeout):
            return TooSlow(f"no complete answer within {self.total_seconds:g} s")
        return NoAnswer(f"no answer: {type(error).__name__}", was_sent=bool(self._wires))

    def get_connection_with_tls_context(self, *arguments: Any, **named: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*arguments, **named)
        pool.ConnectionCls = partial(_Secure if pool.scheme == "https" else _Plain, line=self)
        return pool

    def dial(self, host: str, port: int) -> socket.socket:
        """A connected socket; the line keeps a second handle, which the timer can reach."""
        connected = socket.create_connection((self._target(host, port), port), CONNECT_SECONDS)
        connected.settimeout(self.total_seconds)
        self._wires.append(connected.dup())
        return connected

    def _target(self, host: str, port: int) -> str:
        """What is connected to is what was looked at: the name is not resolved a second time."""
        if not self._address.is_public:
            return host
        found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if not found or not all(map(is_public, found)):
            raise AddressRefused("the host has no public address")
        return found[0]

    def _cut(self) -> None:
        self.is_over = True
        for wire in list(self._wires):
            with suppress(OSError):
                wire.shutdown(socket.SHUT_RDWR)


class _Plain(HTTPConnection):
    def __init__(self, *arguments: Any, line: _Line, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.dial(self.host, self.port or 80)


class _Secure(HTTPSConnection):
    """The certificate is checked for the host's name, wherever it is connected to."""

    def __init__(self, *arguments: Any, line: _Line, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line = line

    def _new_conn(self) -> socket.socket:
        return self._line.dial(self.host, self.port or 443)


def is_public(text: str) -> bool:
    """Whether an IP address belongs to the internet, and to nothing behind it."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and (
        address.ipv4_mapped or any(address in network for network in _CARRIERS)
    ):
        return False
    return address.is_global and not address.is_multicast
