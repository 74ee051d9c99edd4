"""`make up` as a person sees it: what it prints, what it refuses, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests
from local import process_table
from local.client import Client, direct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60


class Up:
    """One `python -m local up`, its temporary files below `folder`."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self._temporary = folder / "tmp"
        self._temporary.mkdir()
        self.stack_file = folder / "stack.json"
        environment = {
            "PATH": os.environ["PATH"],  # noqa: TID251 - git and node are found there
            "PYTHONPATH": f"{ROOT}:{ROOT / 'functions'}",
            "TMPDIR": str(self._temporary),
            **settings,
        }
        command = [sys.executable, "-m", "local", "up", "--folder", str(folder), *arguments]
        self.process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def wait_until_ready(self) -> dict[str, str]:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self.stack_file.exists() or not self.stack_file.read_text():
            assert time.monotonic() < deadline, "it did not start"
            assert self.process.poll() is None, self.process.communicate()[0]
        facts: dict[str, str] = json.loads(self.stack_file.read_text())
        return facts

    def interrupt(self, number: signal.Signals) -> str:
        """What it printed, once it has ended."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=PATIENCE_SECONDS)[0]

    def close(self) -> None:
        """For a test that did not end it itself."""
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE_SECONDS)

    def family(self) -> set[int]:
        """Its process, and those that descend from it."""
        return {row.pid for row in process_table.family(self.process.pid)}

    def tasks(self) -> list[Path]:
        """The folders of the containers that run."""
        return list(self._temporary.glob("*/task-*"))

    def remains(self) -> list[str]:
        """The files that it left."""
        return [str(path) for path in self._temporary.iterdir()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Up]]:
    started: list[Up] = []

    def start(*arguments: str, **settings: str) -> Up:
        started.append(Up(tmp_path, *arguments, **settings))
        return started[-1]

    yield start
    for up in started:
        up.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt(start: Callable[..., Up], number: signal.Signals) -> None:
    """It says where everything is; interrupted, it leaves no process, no port and no file."""
    up = start()
    facts = up.wait_until_ready()

    family = up.family()
    health = requests.get(f"{facts['apiUrl']}/health", timeout=30)
    printed = up.interrupt(number)

    assert health.status_code == 200
    assert f"curl -s -X POST {facts['apiUrl']}/deploy -H 'x-api-key: {facts['apiKey']}'" in printed
    assert "run as you on this machine" in printed
    assert up.remains() == []
    assert len(family) > 1
    assert not family & living()
    assert not up.stack_file.exists()
    with pytest.raises(requests.ConnectionError):
        requests.get(facts["endpointUrl"], timeout=5)


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.7, 1.2, 2.0])
def test_interrupt_while_it_starts(start: Callable[..., Up], seconds: float) -> None:
    """Whatever had been started by then is gone, and nobody has to read a stack trace of ours.

    Python prints one of its own when it is interrupted before it has come to our first line.
    """
    up = start()
    with pytest.raises(subprocess.TimeoutExpired):
        up.process.wait(seconds)
    family = up.family()

    printed = up.interrupt(signal.SIGINT)

    assert f'File "{ROOT / "local"}' not in printed
    assert up.remains() == []
    assert not family & living()


def test_interrupt_while_it_builds(start: Callable[..., Up]) -> None:
    """Containers, and what their tools started, end with it."""
    up = start()
    facts = up.wait_until_ready()
    client = Client(facts["apiUrl"], facts["apiKey"])
    session_id = client.deploy("examples/sam-nodejs-queue")["sessionId"]
    while client.status(session_id)["stage"] != "packaging" or not up.tasks():
        assert not client.status(session_id).get("error")
    family = up.family()

    up.interrupt(signal.SIGINT)

    assert up.remains() == []
    assert not family & living()


def test_kill(start: Callable[..., Up]) -> None:
    """Killed, it can clean up no more; its emulator ends by itself, and frees the port."""
    up = start()
    up.wait_until_ready()
    family = up.family()

    up.process.kill()

    deadline = time.monotonic() + PATIENCE_SECONDS
    while family & living():
        assert time.monotonic() < deadline, f"still there: {family & living()}"
        time.sleep(0.1)


def test_proxy_and_profile_of_the_caller(start: Callable[..., Up]) -> None:
    """A proxy is not asked for this machine's own addresses, and nobody's AWS profile is looked for."""
    up = start(HTTP_PROXY="http://127.0.0.1:9", http_proxy="http://127.0.0.1:9", AWS_PROFILE="nowhere")

    facts = up.wait_until_ready()

    with direct() as http:
        assert http.get(f"{facts['apiUrl']}/health", timeout=30).ok


def test_port_in_use(start: Callable[..., Up]) -> None:
    """It says which port, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        up = start("--port", str(port))
        printed = up.process.communicate(timeout=PATIENCE_SECONDS)[0]

    assert up.process.returncode == 1
    assert f"port {port} of 127.0.0.1 is in use" in printed
    assert up.remains() == []


def test_mirror_that_is_no_folder(start: Callable[..., Up], tmp_path: Path) -> None:
    """It says what a mirror is."""
    up = start("--mirror", str(tmp_path / "nowhere"))

    printed = up.process.communicate(timeout=PATIENCE_SECONDS)[0]

    assert up.process.returncode == 2
    assert "is not a folder: give one that holds {owner}/{name}.git" in printed


def test_mirror_without_a_repository(start: Callable[..., Up], tmp_path: Path) -> None:
    """It runs, and says where a repository has to be put."""
    up = start("--mirror", str(tmp_path))
    up.wait_until_ready()

    printed = up.interrupt(signal.SIGINT)

    assert f"{tmp_path.resolve()}/{{owner}}/{{name}}.git (there is none yet)" in printed


def living() -> set[int]:
    return {row.pid for row in process_table.rows() if row.lives}
