"""A loopback stand-in for S3's presigned addresses: objects are read by GET and left by POST."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

from requests_toolbelt.multipart.decoder import MultipartDecoder

if TYPE_CHECKING:
    from deployer.worker import Upload


class PresignedBucket:
    """While it is open: `objects` by key. `refusals` are statuses that the next requests get instead."""

    def __init__(self, max_bytes: int = 1 << 30) -> None:
        self.objects: dict[str, bytes] = {}
        self.refusals: list[int] = []
        self.max_bytes = max_bytes
        self._server = _Server(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def upload(self, prefix: str) -> Upload:
        fields = {"key": prefix + "${filename}", "policy": "p", "x-amz-signature": "s"}
        return {"url": f"{self.url}/bucket", "fields": fields, "prefix": prefix}

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, bucket: PresignedBucket) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.bucket = bucket


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        body = self.server.bucket.objects.get(self.path.removeprefix("/"))
        status = self._refusal() or (404 if body is None else 200)
        self._answer(status, body or b"")

    def do_POST(self) -> None:
        bucket = self.server.bucket
        fields = self._fields(self.rfile.read(int(self.headers["Content-Length"])))
        if refusal := self._refusal():
            self._answer(refusal)
        elif [*fields][-1] != "file" or len(fields["file"]) > bucket.max_bytes:
            self._answer(400, b"<Error><Code>EntityTooLarge</Code></Error>")
        else:
            bucket.objects[fields["key"].decode()] = fields["file"]
            self._answer(204)

    def _fields(self, body: bytes) -> dict[str, bytes]:
        parts = MultipartDecoder(body, self.headers["Content-Type"]).parts
        names = [part.headers[b"Content-Disposition"].decode().split('name="')[1].split('"')[0] for part in parts]
        return {name: part.content for name, part in zip(names, parts, strict=True)}

    def _refusal(self) -> int | None:
        refusals = self.server.bucket.refusals
        return refusals.pop(0) if refusals else None

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
