"""What the two containers hold in memory on a repository of 300 MB: files are streamed, not held."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from local.git_server import GitServer
from tests.benchmarks.container_use import MEGABYTE, memory_bytes
from tests.benchmarks.table import table
from tests.presigned import PresignedBucket
from tests.repositories import BareRepository

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parents[2]
FILES: Final = 30
FILE_MEGABYTES: Final = 10
_LOOK_SECONDS: Final = 0.05
LIMITS: Final = {"maxFiles": 1000, "maxFileBytes": 100 * MEGABYTE, "maxTotalBytes": 500 * MEGABYTE}
TEMPLATE: Final = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Large:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: .}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    exit_code: int
    seconds: float
    megabytes: float


def report() -> str:
    """A row per container: its peak resident memory, that of its children included, and its time."""
    with TemporaryDirectory(prefix="deployer-bench-") as folder, PresignedBucket() as bucket:
        clone = _clone(Path(folder), bucket)
        build = _build(Path(folder), bucket)
    rows = [
        [name, f"{run.megabytes:.0f}", f"{run.seconds:.1f}", str(run.exit_code)]
        for name, run in (("clone", clone), ("build", build))
    ]
    size = FILES * FILE_MEGABYTES
    heads = ["container", "peak MB, children included", "s", "exit"]
    return f"A repository of {size} MB that does not compress, {FILES} files\n{table(heads, rows)}"


def _clone(folder: Path, bucket: PresignedBucket) -> Run:
    bare = BareRepository.create(folder / "git", "owner/large")
    commit = bare.commit({"template.yaml": TEMPLATE, "app.py": _HANDLER, "requirements.txt": "", **_large_files()})
    with GitServer(folder / "git") as host:
        plan = {
            "gitUrl": f"{host.url}/owner/large.git",
            "commit": commit,
            "projectRoot": "",
            "template": None,
            "limits": LIMITS,
            "timeoutSeconds": 300,
            "upload": bucket.upload("source/"),
        }
        return _run("clone", plan, folder, bucket)


def _build(folder: Path, bucket: PresignedBucket) -> Run:
    unit = {
        "id": "0123456789abcdef",
        "kind": "function",
        "name": "Large",
        "source": "",
        "method": "python",
        "runtime": "python3.13",
        "architecture": "x86_64",
        "handler": "app.handler",
        "options": {},
    }
    plan = {
        "sourceUrl": f"{bucket.url}/source/source.zip",
        "units": [unit],
        "maxUnpackedBytes": 1000 * MEGABYTE,
        "timeoutSeconds": 300,
        "upload": bucket.upload("build/"),
    }
    return _run("build", plan, folder, bucket)


_HANDLER: Final = "def handler(event, context):\n    return {}\n"


def _large_files() -> dict[str, str | bytes]:
    noise = random.Random(1)  # incompressible, and the same each time
    return {f"data/{number:02}.bin": noise.randbytes(FILE_MEGABYTES * MEGABYTE) for number in range(FILES)}


def _run(name: str, plan: Mapping[str, Any], folder: Path, bucket: PresignedBucket) -> Run:
    """The container's program, as the platform's agent runs it; measured by the operating system."""
    bucket.objects["plan"] = json.dumps(plan).encode()
    code = ROOT / "containers" / name
    environment = {
        "PATH": os.environ["PATH"],  # noqa: TID251 - where git is
        "PYTHONPATH": f"{code}:{ROOT / 'functions'}",
        "PLAN_URL": f"{bucket.url}/plan",
        "TMPDIR": str(folder),
        "HOME": str(folder),
        "TARGET_PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}",
    }
    started = time.monotonic()
    child = subprocess.Popen(
        [sys.executable, str(code / f"{name}.py")], env=environment, stdout=subprocess.DEVNULL
    )
    peak = 0
    while child.poll() is None:
        peak = max(peak, memory_bytes(child.pid))
        time.sleep(_LOOK_SECONDS)
    return Run(exit_code=child.returncode, seconds=time.monotonic() - started, megabytes=peak / MEGABYTE)
