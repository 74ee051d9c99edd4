"""The clone task as it runs: a process of its own, a Git host on loopback, a bucket behind presigned addresses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.presigned import PresignedBucket
    from tests.repositories import BareRepository

    from deployer.worker import CloneReport, Manifest

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "functions")}  # noqa: TID251 - where git is
UNKNOWN_COMMIT = "0123456789" * 4
SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, Handler: app.handler, CodeUri: %s}
"""
APP = "def handler(event, context):\n    return {}\n"
PROJECT: dict[str, str | bytes] = {"template.yaml": SAM % "src/", "src/app.py": APP}
PROJECT_IN_A: dict[str, str | bytes] = {f"a/{path}": text for path, text in PROJECT.items()}
LIMITS = {"maxFiles": 1000, "maxFileBytes": 1_000_000, "maxTotalBytes": 5_000_000}


@dataclass
class Host:
    """A Git host with one repository, and a bucket."""

    bare: BareRepository
    bucket: PresignedBucket
    git_url: str
    temporary: Path

    def start(
        self, commit: str, environment: dict[str, str] | None = None, **changes: Any
    ) -> subprocess.Popen[bytes]:
        """The task, as it is started for a plan with these changes."""
        plan = {
            "gitUrl": f"{self.git_url}/owner/name.git",
            "commit": commit,
            "projectRoot": "",
            "template": None,
            "limits": LIMITS,
            "timeoutSeconds": 30,
            "upload": self.bucket.upload("source/"),
            **changes,
        }
        self.bucket.objects["plan"] = json.dumps(plan).encode()
        return subprocess.Popen(
            [sys.executable, str(ROOT / "containers/clone/clone.py")],
            env={
                **ENVIRONMENT,
                "TMPDIR": str(self.temporary),
                "PLAN_URL": f"{self.bucket.url}/plan",
                "AWS_SECRET_ACCESS_KEY": "canary",
                "GIT_DIR": "/nowhere",
                **(environment or {}),
            },
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def clone(self, commit: str, **changes: Any) -> Result:
        """What the task left. Whatever happened, there is a report, and nothing else is left anywhere."""
        task = self.start(commit, **changes)
        _, complaint = task.communicate(timeout=60)
        assert list(self.temporary.iterdir()) == [], complaint
        assert processes_about(self.git_url) == []
        assert b"canary" not in b"".join(self.bucket.objects.values())
        result = Result(self.bucket.objects)
        assert task.returncode == (1 if result.report["error"] else 0), complaint
        return result


@dataclass
class Result:
    """What was left in the bucket."""

    objects: dict[str, bytes]

    @property
    def report(self) -> CloneReport:
        report: CloneReport = json.loads(self.objects["source/report.json"])
        return report

    @property
    def error(self) -> tuple[str, str]:
        """Code and message."""
        error = self.report["error"]
        assert error is not None
        return error["code"], error["message"]

    @property
    def manifest(self) -> Manifest:
        manifest: Manifest = json.loads(self.objects["source/manifest.json"])
        return manifest

    @property
    def archive(self) -> dict[str, bytes]:
        with zipfile.ZipFile(BytesIO(self.objects["source/source.zip"])) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def mode(self, name: str) -> int:
        with zipfile.ZipFile(BytesIO(self.objects["source/source.zip"])) as archive:
            return archive.getinfo(name).external_attr >> 16


def processes_about(text: str) -> list[str]:
    """Command lines of the living processes that hold the text."""
    listing = subprocess.run(["ps", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if text in line]
