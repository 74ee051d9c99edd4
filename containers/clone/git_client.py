"""git, run so that neither an address, a name nor a tree can lead it astray; only here is GitPython imported.

Everything is configured by the environment (`git help config`, GIT_CONFIG_COUNT), nothing by the user, the system
or the repository. No user text is ever an option. Every child has a process group, which ends at the deadline.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import time
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, BinaryIO, Final, cast
from urllib.parse import urlsplit

import git

from deployer.errors import CloneFailed, CloneTimedOut, GitHubUnavailable
from git_failure import failure

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_MAX_STDERR_BYTES: Final = 1 << 16
_MAX_OUTPUT_BYTES: Final = 1 << 16
_CONFIG: Final = {
    # Where git may go: one scheme, given below; no redirects; no credentials.
    "protocol.allow": "never",
    "http.followRedirects": "false",
    "credential.helper": "",
    # A server that has fallen silent is given up. One that is still packing sends a few bytes to say so; how long
    # that may go on is for the task's own time limit.
    "http.lowSpeedLimit": "1",
    "http.lowSpeedTime": "30",
    # What it may run: nothing.
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
    "gc.auto": "0",
    "maintenance.auto": "false",
    # What it may take in. The three are harmless slips of old tools, which GitHub takes too.
    "transfer.fsckObjects": "true",
    "fetch.fsck.badTimezone": "ignore",
    "fetch.fsck.missingSpaceBeforeDate": "ignore",
    "fetch.fsck.zeroPaddedFilemode": "ignore",
    "transfer.bundleURI": "false",
    "fetch.negotiationAlgorithm": "noop",
    # How much memory it may use: large files are streamed, packs are looked at through a small window.
    "core.bigFileThreshold": "1m",
    "core.packedGitWindowSize": "1m",
    "core.packedGitLimit": "32m",
    "core.deltaBaseCacheLimit": "16m",
    "pack.threads": "1",
}
# As git itself fetches what a partial clone lacks (promisor-remote.c): one request for all.
_FETCH: Final = (
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--recurse-submodules=no",
    "--filter=blob:none",
    "--stdin",
)
_FROM: Final = ("--end-of-options", "origin")
_PAUSES_SECONDS: Final = (0.5, 2.0)
_ENVIRONMENT: Final = {
    "HOME": "/nonexistent",
    "XDG_CONFIG_HOME": "/nonexistent",
    "LC_ALL": "C",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "/bin/false",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_LFS_SKIP_SMUDGE": "1",
}


class GitClient:
    """A bare repository in `folder`, whose only remote is `url`. No child lives beyond `seconds` from now.

    `authorization` is the header's value that `url`, and no other address, is shown.
    """

    def __init__(self, folder: Path, url: str, seconds: float, authorization: str | None = None) -> None:
        folder.mkdir()
        self._git = git.Git(str(folder))
        self._git.update_environment(**_ENVIRONMENT, **_config(url, authorization), GIT_DIR=str(folder))
        self._until = time.monotonic() + seconds
        self.run("init", "--quiet", "--bare", "--template=")

    def fetch(self, oids: Iterable[str], *options: str) -> None:
        """These objects are then here, and whatever they need but blobs; what may pass is tried again.

        Raises what `process` does.
        """
        with lines_file(oids) as lines:
            for seconds in _PAUSES_SECONDS:
                with suppress(GitHubUnavailable):
                    self.run(*_FETCH, *options, *_FROM, stdin=lines)
                    return
                time.sleep(seconds)
                lines.seek(0)
            self.run(*_FETCH, *options, *_FROM, stdin=lines)

    def run(self, *arguments: str, stdin: BinaryIO | None = None) -> bytes:
        """The command's output, of which little is expected.

        Raises what `process` does.
        """
        with self.process(*arguments, stdin=stdin) as child:
            return cast("IO[bytes]", child.stdout).read(_MAX_OUTPUT_BYTES)

    @contextmanager
    def process(self, *arguments: str, stdin: BinaryIO | int | None = None) -> Iterator[subprocess.Popen[bytes]]:
        """The running command; it is killed with all its children when the block is left by an error.

        Raises CloneTimedOut at the deadline, or the error that its complaint tells of (git_failure). The block may
        raise EOFError for an output that ends too early: then the command's own error counts.
        """
        child, keep_alive = self._start(arguments, stdin)
        complaint = _Complaint(cast("IO[bytes]", child.stderr))
        is_cut_short = True
        with _Deadline(child, self._until) as deadline, _killed_on_error(child):
            with suppress(EOFError, BrokenPipeError):
                yield child
                is_cut_short = False
            _close(child.stdin, child.stdout)
            status = child.wait()
        said = complaint.text()
        del keep_alive
        if deadline.has_passed:
            raise CloneTimedOut("git did not end in the time that it has")
        if status != 0 or is_cut_short:
            raise failure(said or "it gave less than it was asked for", status)

    def _start(
        self, arguments: tuple[str, ...], stdin: BinaryIO | int | None
    ) -> tuple[subprocess.Popen[bytes], object]:
        """The child, and GitPython's handle, which would end the child when nobody holds it."""
        handle = self._git.execute(
            ["git", *arguments],
            istream=stdin,
            as_process=True,
            start_new_session=True,
            restore_signals=False,  # Python ignores SIGXFSZ, so that too large a file is an error with a text
        )
        return cast("subprocess.Popen[bytes]", handle.proc), handle


@contextmanager
def lines_file(lines: Iterable[str]) -> Iterator[BinaryIO]:
    """A temporary file of these lines, at its beginning, for a child's standard input."""
    with cast("BinaryIO", tempfile.TemporaryFile()) as file:
        file.write("".join(f"{line}\n" for line in lines).encode())
        file.seek(0)
        yield file


class _Deadline:
    """Kills the child's process group when the time has come; `has_passed` tells that it did."""

    def __init__(self, child: subprocess.Popen[bytes], until: float) -> None:
        self.has_passed = False
        self._child = child
        self._timer = threading.Timer(max(0.0, until - time.monotonic()), self._end)

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._timer.cancel()
        self._timer.join()

    def _end(self) -> None:
        if self._child.returncode is None:
            self.has_passed = True
            _kill(self._child)


class _Complaint:
    """What a child says on its standard error: all is read, so that it never waits; the beginning is kept."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._kept = b""
        self._stream = stream
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with self._stream, suppress(ValueError):  # closed by GitPython, when nobody waits for it
            while piece := self._stream.read(4096):
                self._kept = (self._kept + piece)[:_MAX_STDERR_BYTES]

    def text(self) -> str:
        self._thread.join(timeout=5)
        return self._kept.decode("utf-8", "replace")


@contextmanager
def _killed_on_error(child: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        _kill(child)
        child.wait()
        raise


def _kill(child: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)


def _close(*streams: IO[bytes] | None) -> None:
    for stream in streams:
        if stream is not None:
            with suppress(BrokenPipeError):
                stream.close()


def _scheme(url: str) -> str:
    """https; http where the plan, which is ours, names a platform on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost"}):
        return parts.scheme
    raise CloneFailed("repositories are fetched by https alone")


def _config(url: str, authorization: str | None) -> dict[str, str]:
    """A header of its own address: git shows it to no other one (`git help config`, http.<url>.*)."""
    scheme = _scheme(url)
    config = {**_CONFIG, f"protocol.{scheme}.allow": "always", "remote.origin.url": url}
    config |= {f"http.{url}.extraHeader": f"Authorization: {authorization}"} if authorization else {}
    numbered = {"GIT_ALLOW_PROTOCOL": scheme, "GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        numbered |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return numbered
