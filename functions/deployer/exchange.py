"""How a container gets its plan and leaves its files: presigned addresses, and no credential.

Addresses are secrets while they live: no message of ours repeats one. Files are streamed, never held whole.
"""

from __future__ import annotations

import json
import time
from contextlib import closing, suppress
from http import HTTPStatus
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any, Final, Self

import requests
from requests_toolbelt.multipart.encoder import MultipartEncoder

from deployer.errors import ArtifactInvalid, ArtifactMissing, InternalError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from deployer.worker import Upload

_TIMEOUT_SECONDS: Final = (5.0, 60.0)  # to connect; between two pieces
_PAUSES_SECONDS: Final = (0.25, 1.0, 3.0)
_MAX_PLAN_BYTES: Final = 4 << 20
_MAX_ANSWER_BYTES: Final = 1 << 14
_CHUNK: Final = 1 << 20
_TYPE: Final = "application/octet-stream"


class Exchange:
    """One task's way to and from the artifact bucket."""

    def __init__(self, upload: Upload) -> None:
        self._upload = upload
        self._http = _session()

    @classmethod
    def open(cls, plan_url: str) -> tuple[dict[str, Any], Self]:
        """The plan behind the one address that a task is given, and the exchange for it.

        Raises ArtifactMissing, ArtifactInvalid, InternalError.
        """
        plan = BytesIO()
        _get(_session(), plan_url, plan, _MAX_PLAN_BYTES, "the plan")
        fields = json.loads(plan.getvalue())
        return fields, cls(fields["upload"])

    def fetch(self, url: str, path: Path, max_bytes: int) -> None:
        """The object behind a presigned GET is then at `path`.

        Raises ArtifactMissing, ArtifactInvalid when it is larger, InternalError.
        """
        with path.open("wb") as file:
            _get(self._http, url, file, max_bytes, path.name)

    def leave(self, name: str, content: Path | bytes) -> None:
        """The file is then in the bucket, under the plan's prefix and this name.

        Raises ArtifactInvalid when it is larger than the plan allows, InternalError.
        """
        _repeated(lambda: self._post(name, content), name)

    def _post(self, name: str, content: Path | bytes) -> None:
        """S3 wants the file to be the last field (S3 API, "POST Object")."""
        with BytesIO(content) if isinstance(content, bytes) else content.open("rb") as file:
            fields = {**self._upload["fields"], "key": self._upload["prefix"] + name, "file": (name, file, _TYPE)}
            body = MultipartEncoder(fields)
            headers = {"Content-Type": body.content_type}
            address = self._upload["url"]
            response = self._http.post(
                address,
                data=body,
                headers=headers,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            )
            with closing(response):
                _check(response, name)


def _session() -> requests.Session:
    """Neither .netrc nor proxy: S3 is reached by the VPC's own endpoint, and its address is signed."""
    session = requests.Session()
    session.trust_env = False
    return session


def _get(session: requests.Session, url: str, target: IO[bytes], max_bytes: int, name: str) -> None:
    _repeated(lambda: _get_once(session, url, target, max_bytes, name), name)


def _get_once(session: requests.Session, url: str, target: IO[bytes], max_bytes: int, name: str) -> None:
    target.seek(0)
    target.truncate()
    with closing(session.get(url, timeout=_TIMEOUT_SECONDS, allow_redirects=False, stream=True)) as response:
        _check(response, name)
        for piece in response.iter_content(_CHUNK):
            if target.tell() + len(piece) > max_bytes:
                raise ArtifactInvalid(f"{name} is larger than {max_bytes:,} bytes")
            target.write(piece)


def _repeated(attempt: Callable[[], None], name: str) -> None:
    """S3 asks its callers to repeat what failed on the way or with 5xx."""
    for seconds in _PAUSES_SECONDS:
        with suppress(requests.RequestException):
            attempt()
            return
        time.sleep(seconds)
    try:
        attempt()
    except requests.RequestException as error:
        raise InternalError(f"{name} could not be exchanged: {type(error).__name__}") from None


def _check(response: requests.Response, name: str) -> None:
    status = response.status_code
    if status in {HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT}:
        return
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise requests.HTTPError
    if status == HTTPStatus.NOT_FOUND:
        raise ArtifactMissing(f"{name} is not there any more")
    if b"EntityTooLarge" in response.raw.read(_MAX_ANSWER_BYTES):
        raise ArtifactInvalid(f"{name} is larger than the plan allows")
    raise InternalError(f"S3 refused {name} with {status}: its address may have expired")
