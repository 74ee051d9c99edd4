"""Where an attack takes place: a Git host, a bucket, another host that nobody may reach, and things to steal."""

from __future__ import annotations

import io
import socket
import threading
import zipfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from local.git_server import GitServer
from tests.build_task import Machine
from tests.clone_task import Host
from tests.presigned import PresignedBucket
from tests.repositories import BareRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY: Final = "canary-7b1e4d"
"""Part of every credential that is there to be stolen."""


@dataclass(frozen=True)
class Arena:
    """One attack's own; what is not asked for is not made."""

    folder: Path
    open: ExitStack

    @property
    def marker(self) -> Path:
        """A file that no attack may write."""
        return self.folder / "pwned"

    @cached_property
    def other(self) -> OtherHost:
        return self.open.enter_context(OtherHost())

    @cached_property
    def bucket(self) -> PresignedBucket:
        return self.open.enter_context(PresignedBucket())

    @cached_property
    def host(self) -> Host:
        """The clone task's: one repository, served over git's smart HTTP."""
        bare = BareRepository.create(self.folder / "mirror", "owner/name")
        server = self.open.enter_context(GitServer(self.folder / "mirror"))
        return Host(bare, self.bucket, server.url, self._made("clone"))

    @cached_property
    def machine(self) -> Machine:
        """The build task's."""
        return Machine(self.bucket, self._made("build"))

    def harm(self) -> list[str]:
        """What must not have happened, and did."""
        made = self.__dict__
        found = ["a file was written"] if self.marker.exists() else []
        if "other" in made and self.other.visits:
            found.append(f"{self.other.url} was reached")
        if "bucket" in made and any(CANARY.encode() in body for body in contents(self.bucket.objects)):
            found.append("a credential was read")
        return found

    def _made(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir()
        return folder


def contents(objects: dict[str, bytes]) -> Iterator[bytes]:
    """What a task left in the bucket: a zip hides what it holds. The attack's own source is its own affair."""
    for name, body in objects.items():
        if name == "source.zip":
            continue
        if not name.endswith(".zip"):
            yield body
            continue
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            yield from (archive.read(member) for member in archive.namelist())


@contextmanager
def arena(folder: Path) -> Iterator[Arena]:
    with ExitStack() as stack:
        yield Arena(folder, stack)


class OtherHost:
    """Counts who comes, and lets them wait."""

    def __init__(self) -> None:
        self.visits = 0
        self._listener = socket.create_server(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> OtherHost:
        threading.Thread(target=self._count, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _count(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.visits += 1
                connection.close()
