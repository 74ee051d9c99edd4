"""The contents of files, by object id: fetched in one request, weighed before they are read, read as a stream."""

from __future__ import annotations

import io
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Final, cast

from deployer.errors import RepositoryTooLarge
from git_client import lines_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from deployer.worker import Limits
    from git_client import GitClient
    from tree import TreeEntry

_MAX_HEADER_BYTES: Final = 256
_CHUNK: Final = 1 << 20


class Blobs:
    """The blobs of one repository that are here by now, got as git itself gets what a partial clone lacks."""

    def __init__(self, git: GitClient) -> None:
        self._git = git
        self._sizes: dict[str, int] = {}

    def fetch(self, oids: Iterable[str]) -> Mapping[str, int]:
        """The size in bytes of each of these blobs, by id; they are here afterwards."""
        missing = sorted(set(oids) - self._sizes.keys())
        if missing:
            self._git.fetch(missing)
            self._sizes |= self._weigh(missing)
        return self._sizes

    def _weigh(self, oids: list[str]) -> Iterator[tuple[str, int]]:
        command = ("cat-file", "--batch-check=%(objectname) %(objectsize)", "--buffer")
        with lines_file(oids) as lines, self._git.process(*command, stdin=lines) as child:
            for line in cast("IO[bytes]", child.stdout):
                oid, size = line.decode().split()
                if not size.isdecimal():  # "missing"
                    raise EOFError
                yield oid, int(size)

    @contextmanager
    def reader(self) -> Iterator[BlobReader]:
        """Reads any number of blobs that have been fetched, one after the other."""
        with self._git.process("cat-file", "--batch", stdin=subprocess.PIPE) as child:
            yield BlobReader(cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout))


class BlobReader:
    """One `git cat-file --batch`: an id goes in, a header and the content come out (`git help cat-file`)."""

    def __init__(self, questions: IO[bytes], answers: IO[bytes]) -> None:
        self._questions = questions
        self._answers = answers

    def open(self, oid: str) -> IO[bytes]:
        """The content as a stream, to be closed before the next is opened. Raises EOFError when git gives none."""
        self._questions.write(f"{oid}\n".encode())
        self._questions.flush()
        header = self._answers.readline(_MAX_HEADER_BYTES).split()
        if len(header) != 3 or not header[2].isdigit():
            raise EOFError
        return cast("IO[bytes]", _Content(self._answers, int(header[2])))

    def read(self, oid: str) -> bytes:
        """The content whole; for what has been weighed."""
        with self.open(oid) as content:
            return content.read()


class _Content(io.RawIOBase):
    """Exactly so many bytes of a stream, and the line feed after them."""

    def __init__(self, stream: IO[bytes], size: int) -> None:
        self._stream = stream
        self._left = size

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what RawIOBase gives
        piece = self._stream.read(min(self._left, len(buffer)))
        if self._left and not piece:
            raise EOFError
        buffer[: len(piece)] = piece
        self._left -= len(piece)
        return len(piece)

    def close(self) -> None:
        if not self.closed:
            while self._left and self.read(_CHUNK):
                pass
            self._stream.read(1)
        super().close()


def check_sizes(entries: Iterable[TreeEntry], sizes: Mapping[str, int], limits: Limits) -> None:
    """Raises RepositoryTooLarge for a file, or for all together, as large as they are unpacked."""
    total = 0
    for entry in entries:
        size = sizes[entry.oid]
        total += size
        if size > limits["maxFileBytes"]:
            raise RepositoryTooLarge(f"{entry.path} has {size:,} bytes; {limits['maxFileBytes']:,} are allowed")
        if total > limits["maxTotalBytes"]:
            raise RepositoryTooLarge(f"the project's files have more than {limits['maxTotalBytes']:,} bytes")
