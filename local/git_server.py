"""A Git host on loopback: bare repositories `DIR/{owner}/{name}.git` over git's smart HTTP, read only.

git's own CGI program does the work (`git help http-backend`); what is here is the HTTP around it.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
import threading
from email.parser import BytesParser
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from shutil import copyfileobj
from typing import IO, TYPE_CHECKING, Any, Final, Self, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

_SEGMENT = r"[A-Za-z0-9_-][A-Za-z0-9._-]*"
_ADDRESS: Final = re.compile(
    rf"/(?P<repository>{_SEGMENT}/{_SEGMENT}\.git)/(?P<service>info/refs|git-upload-pack)(?:\?(?P<query>[\w=-]*))?",
    re.ASCII,
)
_MAX_BODY_BYTES: Final = 64 << 20
_MAX_LINE_BYTES: Final = 1024
_SECONDS: Final = 300

# A partial clone asks for filters and for objects by id, as GitHub allows. A mirror may belong to another user of
# this machine. Nothing is received.
_CONFIG: Final = {
    "uploadpack.allowFilter": "true",
    "uploadpack.allowAnySHA1InWant": "true",
    "http.receivepack": "false",
    # On loopback, bytes are cheaper than looking for deltas.
    "pack.window": "0",
    "core.bigFileThreshold": "1m",
    "safe.directory": "*",
}


class GitServer:
    """While it is open, the repositories below the directories are served at `url`; the first that has one counts.

    It listens on loopback unless another address of this machine is given. Port 0 is any free one. Where an
    `authorization` is given, nobody is let in without that header.
    """

    def __init__(
        self, *directories: Path, host: str = "127.0.0.1", port: int = 0, authorization: str | None = None
    ) -> None:
        self._server = _Server([directory.resolve() for directory in directories], host, port, authorization)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def url(self) -> str:
        """Without a slash at the end."""
        return f"http://{self._server.host}:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a client that hangs does not keep us from leaving

    def __init__(self, directories: list[Path], host: str, port: int, authorization: str | None) -> None:
        super().__init__((host, port), _Handler)
        self.authorization = authorization
        self.directories = directories
        self.host = host

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Quiet: a client that went away is no news."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"  # git sends long requests in chunks
    timeout = _SECONDS

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _answer(self) -> None:
        self.close_connection = True
        if self.server.authorization not in {None, self.headers.get("Authorization")}:
            self.send_error(HTTPStatus.UNAUTHORIZED)
            return
        address = _ADDRESS.fullmatch(self.path)
        directory = address and self._directory_of(address["repository"])
        if address is None or directory is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        with tempfile.TemporaryFile() as body:
            if self._read_body(body):
                self._run(self._environment(directory, address), body)

    def _directory_of(self, repository: str) -> Path | None:
        return next((each for each in self.server.directories if _holds(each, repository)), None)

    def _read_body(self, body: IO[bytes]) -> bool:
        pieces = self._chunks() if self.headers.get("Transfer-Encoding") == "chunked" else self._whole()
        for piece in pieces:
            if body.tell() + len(piece) > _MAX_BODY_BYTES:
                self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return False
            body.write(piece)
        body.seek(0)
        return True

    def _whole(self) -> Iterator[bytes]:
        left = int(self.headers.get("Content-Length") or 0)
        while left and (piece := self.rfile.read(min(left, 1 << 16))):
            left -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        """RFC 9112, section 7.1."""
        while size := int(self.rfile.readline(_MAX_LINE_BYTES).split(b";")[0], 16):
            yield self.rfile.read(min(size, _MAX_BODY_BYTES + 1))
            self.rfile.readline(_MAX_LINE_BYTES)
        self.rfile.readline(_MAX_LINE_BYTES)

    def _environment(self, directory: Path, address: re.Match[str]) -> dict[str, str]:
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null",
            **_config_environment(_CONFIG),
            "GIT_PROJECT_ROOT": str(directory),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "PATH_INFO": f"/{address['repository']}/{address['service']}",
            "QUERY_STRING": address["query"] or "",
            "REQUEST_METHOD": self.command,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
        }

    def _run(self, environment: dict[str, str], body: IO[bytes]) -> None:
        pipe, quiet = subprocess.PIPE, subprocess.DEVNULL
        command = ["git", "http-backend"]
        with subprocess.Popen(command, env=environment, stdin=body, stdout=pipe, stderr=quiet) as backend:
            try:
                self._relay(cast("IO[bytes]", backend.stdout))
            finally:
                backend.kill()

    def _relay(self, answer: IO[bytes]) -> None:
        """CGI's answer: headers, among them `Status` when it is not 200, an empty line, the body."""
        head = b"".join(iter(answer.readline, b"\r\n"))
        headers = BytesParser().parsebytes(head)
        self.send_response(int(headers.get("Status", "200").split()[0]))
        for name, value in headers.items():
            if name.lower() != "status":
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        copyfileobj(answer, self.wfile, 1 << 16)


def _holds(directory: Path, repository: str) -> bool:
    """The pattern has no `..`; a link may still lead out of the directory."""
    path = (directory / repository).resolve()
    return path.is_relative_to(directory) and (path / "HEAD").is_file()


def _config_environment(config: dict[str, str]) -> dict[str, str]:
    """git's configuration by environment (`git help config`, GIT_CONFIG_COUNT)."""
    environment = {"GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        environment |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environment
