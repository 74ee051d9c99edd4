"""The clone task with hosts and buckets that refuse, hang or mislead."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from tests.clone_task import PROJECT, ROOT, UNKNOWN_COMMIT, Host, Result, processes_about

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A host that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


def address_of(server: socket.socket) -> str:
    return f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def answering(status: int, **headers: str) -> Iterator[tuple[str, list[str]]]:
    """A host that answers everything so; its address, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


@pytest.mark.parametrize(
    ("status", "code"), [(401, "RepositoryNotFound"), (404, "RepositoryNotFound"), (503, "GitHubUnavailable")]
)
def test_a_host_that_refuses(host: Host, status: int, code: str) -> None:
    """What a host answers is told as what it means; nobody is asked for a password."""
    with answering(status, WWW_Authenticate='Basic realm="GitHub"') as (address, _):
        assert host.clone(UNKNOWN_COMMIT, gitUrl=f"{address}/owner/name.git").error[0] == code


@pytest.mark.parametrize("status", [301, 302, 307])
def test_a_redirect(host: Host, status: int) -> None:
    """It is not followed, wherever it leads."""
    with answering(200) as (elsewhere, asked_elsewhere):
        to = f"{elsewhere}/owner/name.git/info/refs?service=git-upload-pack"
        with answering(status, Location=to) as (address, _):
            error = host.clone(UNKNOWN_COMMIT, gitUrl=f"{address}/owner/name.git").error

    assert error[0] == "RepositoryMoved"
    assert asked_elsewhere == []


def test_a_host_that_hangs(host: Host, silent: socket.socket) -> None:
    """The time limit ends git and its children."""
    started = time.monotonic()

    result = host.clone(UNKNOWN_COMMIT, gitUrl=f"{address_of(silent)}/owner/name.git", timeoutSeconds=1)

    assert result.error[0] == "CloneTimedOut"
    assert time.monotonic() - started < 30
    assert processes_about(address_of(silent)) == []


def test_a_task_that_is_stopped(host: Host, silent: socket.socket) -> None:
    """Even then there is a report, no process and no file."""
    task = host.start(UNKNOWN_COMMIT, gitUrl=f"{address_of(silent)}/owner/name.git")
    connection, _ = silent.accept()
    task.send_signal(signal.SIGTERM)
    task.communicate(timeout=30)
    connection.close()

    assert task.returncode == 1
    assert Result(host.bucket.objects).error == ("CloneFailed", "the task was stopped")
    assert list(host.temporary.iterdir()) == []
    assert processes_about(address_of(silent)) == []


def test_a_bucket_that_takes_less(host: Host) -> None:
    """An archive over the plan's size is the repository's fault."""
    host.bucket.max_bytes = 2_000
    commit = host.bare.commit({**PROJECT, "src/noise": os.urandom(4_000)})

    assert host.clone(commit).error[0] == "RepositoryTooLarge"


def test_a_plan_that_is_gone(host: Host) -> None:
    """Without a plan there is nowhere to report to; the exit status tells it."""
    task = subprocess.run(
        [sys.executable, str(ROOT / "containers/clone/clone.py")],
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT / "functions"),
            "PLAN_URL": f"{host.bucket.url}/gone",
        },
        capture_output=True,
        check=False,
    )

    assert task.returncode == 1
    assert task.stderr == b"ArtifactMissing: the plan is not there any more\n"
