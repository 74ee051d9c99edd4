"""The build image's entry point as a process of its own, against a bucket on loopback."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from deployer.packaging.archive import Entry, write_zip

if TYPE_CHECKING:
    from tests.presigned import PresignedBucket

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "containers" / "build"
OURS = dict(os.environ)  # noqa: TID251 - where uv and npm are, and how this machine reaches the registries
REGISTRY = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "HTTPS_PROXY", "UV_DEFAULT_INDEX", "NPM_CONFIG_REGISTRY")


@dataclass
class Machine:
    """Runs the container's entry point in a folder of its own."""

    bucket: PresignedBucket
    folder: Path

    def start(
        self,
        files: dict[str, str],
        *units: dict[str, Any],
        seconds: int = 120,
        source: str | None = None,
        **environment: str,
    ) -> subprocess.Popen[str]:
        self.bucket.objects["source.zip"] = self._source(files)
        plan = {
            "sourceUrl": source or f"{self.bucket.url}/source.zip",
            "units": list(units),
            "maxUnpackedBytes": 10_000_000,
            "timeoutSeconds": seconds,
            "upload": self.bucket.upload("build/"),
        }
        self.bucket.objects["plan.json"] = json.dumps(plan).encode()
        own = {name: OURS[name] for name in REGISTRY if name in OURS}
        given = {"PATH": OURS["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        given |= {"PYTHONPATH": f"{BUILD}:{ROOT / 'functions'}", "PLAN_URL": f"{self.bucket.url}/plan.json"}
        return subprocess.Popen(
            [sys.executable, str(BUILD / "build.py")],
            env=given | own | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, files: dict[str, str], *units: dict[str, Any], **rest: Any) -> dict[str, Any]:
        """The report."""
        with self.start(files, *units, **rest) as process:
            output, _ = process.communicate(timeout=100)
        assert "build/report.json" in self.bucket.objects, output
        report: dict[str, Any] = json.loads(self.bucket.objects["build/report.json"])
        assert process.returncode == (1 if report["error"] else 0)
        assert list(self.folder.glob("build-*")) == []
        return report

    def names(self, unit_id: str = "a1") -> list[str]:
        return self.zip(unit_id).namelist()

    def text(self, name: str, unit_id: str = "a1") -> str:
        return self.zip(unit_id).read(name).decode()

    def zip(self, unit_id: str = "a1") -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self.bucket.objects[f"build/{unit_id}.zip"]))

    def _source(self, files: dict[str, str]) -> bytes:
        path = self.folder / "source.zip"
        write_zip(path, [Entry.of_bytes(name, text.encode()) for name, text in files.items()])
        return path.read_bytes()


def a_unit(method: str, runtime: str, **rest: Any) -> dict[str, Any]:
    unit = {"id": "a1", "kind": "function", "name": "Hello", "source": "src", "method": method, "runtime": runtime}
    return {**unit, "architecture": "x86_64", "handler": "app.handler", "options": {}, **rest}
