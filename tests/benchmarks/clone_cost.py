"""What one project costs to fetch out of a large repository: our clone task, and a plain shallow clone.

Both ask the same host, over git's smart HTTP on loopback, in one run; the bytes are those that the host sent. The
clone task also starts Python, lints the template with cfn-lint, and leaves an archive; what that costs by itself
is told by the same project as the only one of its repository.

    PYTHONPATH=functions python -m tests.benchmarks.clone_cost
"""

from __future__ import annotations

import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, TYPE_CHECKING, Final, cast
from urllib.parse import urlsplit

from local.git_server import GitServer
from tests.benchmarks.table import table
from tests.presigned import PresignedBucket
from tests.repositories import GIT_ENVIRONMENT, BareRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT: Final = Path(__file__).resolve().parents[2]
COMMITS: Final = 8_000
FOLDERS: Final = 867
FILES_EACH: Final = 15
FILE_BYTES: Final = 10_400  # 135 MB in all
ROUNDS: Final = 3
_LIMITS: Final = {"maxFiles": 50_000, "maxFileBytes": 100_000_000, "maxTotalBytes": 500_000_000}
_TEMPLATE: Final = """
Transform: AWS::Serverless-2016-10-31
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: .}
"""
_HANDLER: Final = "def handler(event, context):\n    return {}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """`talk_seconds`: from the first connection to the host until its last byte."""

    seconds: float
    talk_seconds: float
    received_bytes: int


@dataclass(slots=True)
class Talk:
    """What went over the wire since it was cleared."""

    began: float = 0.0
    ended: float = 0.0
    received_bytes: int = 0

    def clear(self) -> None:
        self.began = self.ended = 0.0
        self.received_bytes = 0

    def begin(self) -> None:
        self.began = self.began or time.monotonic()

    def count(self, size: int) -> None:
        self.received_bytes += size
        self.ended = time.monotonic()


def report() -> str:
    """Three rows, and the ratio of the first to the second."""
    with TemporaryDirectory(prefix="deployer-bench-") as name, PresignedBucket() as bucket:
        folder = Path(name)
        large, alone = _repositories(folder / "git")
        with GitServer(folder / "git") as host, _counted(host.url) as (url, talk):
            ways: dict[str, Callable[[], None]] = {
                "clone task, one project of it": lambda: _task(bucket, f"{url}/owner/large.git", large, "p400"),
                "git clone --depth 1": lambda: _plain(f"{url}/owner/large.git", folder),
                "clone task, the project alone": lambda: _task(bucket, f"{url}/owner/alone.git", alone, "p400"),
            }
            costs = {what: _cost(way, talk) for what, way in ways.items()}
    rows = [
        [what, f"{each.seconds:.2f}", f"{each.talk_seconds:.2f}", f"{each.received_bytes / 1e6:.2f}"]
        for what, each in costs.items()
    ]
    size = f"{COMMITS:,} commits, {FOLDERS * FILES_EACH:,} files; a project of {FILES_EACH} files"
    heads = ["", "s", "of it with the host", "MB received"]
    return f"{size}; median of {ROUNDS}\n{table(heads, rows)}\n{_ratio(*costs.values())}"


def _ratio(ours: Cost, plain: Cost, _alone: Cost) -> str:
    fewer, faster = plain.received_bytes / ours.received_bytes, plain.seconds / ours.seconds
    talk = plain.seconds / ours.talk_seconds
    return f"1/{fewer:.0f} of the bytes; 1/{faster:.1f} of the time, 1/{talk:.0f} as far as git takes it"


def _cost(way: Callable[[], None], talk: Talk) -> Cost:
    costs = []
    for _ in range(ROUNDS):
        talk.clear()
        started = time.monotonic()
        way()
        seconds = time.monotonic() - started
        costs.append(
            Cost(seconds=seconds, talk_seconds=talk.ended - talk.began, received_bytes=talk.received_bytes)
        )
    return sorted(costs, key=lambda cost: cost.seconds)[ROUNDS // 2]


def _task(bucket: PresignedBucket, git_url: str, commit: str, root: str) -> None:
    plan = {
        "gitUrl": git_url,
        "commit": commit,
        "projectRoot": root,
        "template": None,
        "limits": _LIMITS,
        "timeoutSeconds": 300,
        "upload": bucket.upload("source/"),
    }
    bucket.objects["plan"] = json.dumps(plan).encode()
    code = ROOT / "containers" / "clone"
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - where git is
        "PYTHONPATH": f"{code}:{ROOT / 'functions'}",
        "PLAN_URL": f"{bucket.url}/plan",
    }
    subprocess.run([sys.executable, str(code / "clone.py")], env=environment, capture_output=True, check=True)


def _plain(git_url: str, folder: Path) -> None:
    with TemporaryDirectory(dir=folder) as target:
        command = ["git", "clone", "-q", "--depth", "1", git_url, f"{target}/clone"]
        subprocess.run(command, env=GIT_ENVIRONMENT, capture_output=True, check=True)


def _repositories(folder: Path) -> tuple[str, str]:
    """The commits to be cloned: of the large repository, and of that with the one project alone."""
    large = BareRepository.create(folder, "owner/large")
    _import(large)
    alone = BareRepository.create(folder, "owner/alone")
    noise = random.Random(400)
    files: dict[str, str | bytes] = {f"p400/{path}": body for path, body in _project(noise)}
    return large.git("rev-parse", "refs/heads/main"), alone.commit(files)


def _project(noise: random.Random) -> Iterator[tuple[str, bytes]]:
    yield "template.yaml", _TEMPLATE.encode()
    yield "app.py", _HANDLER.encode()
    for number in range(FILES_EACH - 2):
        yield f"data{number}.bin", noise.randbytes(FILE_BYTES)


def _import(bare: BareRepository) -> None:
    """Every file with the first commit, then one changed file for each that follows."""
    settings = ("-c", "core.compression=0", "-c", "pack.compression=0")
    command = ["git", "-C", str(bare.path), *settings, "fast-import", "--quiet"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=GIT_ENVIRONMENT) as git:
        stream = cast("IO[bytes]", git.stdin)
        _commit(stream, 0)
        for folder in range(FOLDERS):
            for path, body in _project(random.Random(folder)):
                _file(stream, f"p{folder}/{path}", body)
        for number in range(1, COMMITS):
            _commit(stream, number)
            _file(stream, f"p{number % FOLDERS}/app.py", f"{_HANDLER}# {number}\n".encode())
        stream.close()
    if git.returncode:
        raise subprocess.CalledProcessError(git.returncode, command)


def _commit(stream: IO[bytes], number: int) -> None:
    stream.write(
        f"commit refs/heads/main\ncommitter A <a@example.com> {1767225600 + number} +0000\ndata 0\n".encode()
    )


def _file(stream: IO[bytes], path: str, body: bytes) -> None:
    stream.write(f"M 100644 inline {path}\ndata {len(body)}\n".encode() + body + b"\n")


@contextmanager
def _counted(url: str) -> Iterator[tuple[str, Talk]]:
    """Another address of the same host, and how many bytes it has sent there."""
    talk, host = Talk(), urlsplit(url)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = listener.accept()
                    talk.begin()
                    there = socket.create_connection((str(host.hostname), int(host.port or 80)))
                    threading.Thread(target=_pass_on, args=(client, there, None), daemon=True).start()
                    threading.Thread(target=_pass_on, args=(there, client, talk), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", talk
        listener.shutdown(socket.SHUT_RDWR)


def _pass_on(source: socket.socket, target: socket.socket, talk: Talk | None) -> None:
    with suppress(OSError):
        while piece := source.recv(1 << 18):
            target.sendall(piece)
            if talk is not None:
                talk.count(len(piece))
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    print(report())
