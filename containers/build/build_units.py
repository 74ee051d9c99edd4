"""All units of a plan: each built once, two at a time, zipped, and left in the artifact bucket."""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from child import TAIL_LINES, Children
from child_environment import child_environment
from deployer.amounts import counted, size
from deployer.errors import BuildFailed, BuildTimedOut, PackageTooLarge, SourceMissing
from deployer.log_text import MAX_BYTES, clean
from deployer.packaging.archive import files_below, write_zip
from deployer.redaction import without_secrets
from deployer.removal import remove
from source_view import lay_out
from toolchains import require

if TYPE_CHECKING:
    from collections.abc import Mapping

    from child import Ended
    from deployer.exchange import Exchange
    from deployer.worker import BuildPlan, BuildReport, BuildUnit
    from order import Order

_HERE: Final = Path(__file__).resolve().parent
_LEAVE_OUT: Final = frozenset({"__pycache__", ".git", ".lock", ".aws-sam", ".package-lock.json"})
_MAX_FILES: Final = 65_000
_MAX_OUTCOME_BYTES: Final = 1 << 20
_KILLED: Final = "it was killed, as a process is when the memory is used up"


@dataclass(slots=True)
class Builds:
    """`report` is filled as the builds go."""

    plan: BuildPlan
    source: Path
    work: Path
    environment: dict[str, str]
    exchange: Exchange
    report: BuildReport
    children: Children = field(default_factory=Children)
    deadline: float = 0.0
    bundler: str | None = None

    def run(self) -> None:
        """Raises RuntimeUnsupported before any build, else the first failure: BuildFailed, BuildTimedOut,
        PackageTooLarge, SourceMissing.
        """
        self.deadline = time.monotonic() + self.plan["timeoutSeconds"]
        for unit in self.plan["units"]:
            require(unit, self._child_environment(self.work)["PATH"])
        if any(unit["method"] == "esbuild" for unit in self.plan["units"]):
            self.bundler = self._bundler()
        with ThreadPoolExecutor(max(1, min(2, os.cpu_count() or 1))) as pool:
            futures = [pool.submit(self._build, unit) for unit in self.plan["units"]]
            try:
                for future in as_completed(futures):
                    future.result()
            except BaseException:
                # After a failure, or SIGTERM, nobody waits for the others.
                pool.shutdown(wait=False, cancel_futures=True)
                self.children.end()
                raise

    def _build(self, unit: BuildUnit) -> None:
        try:
            self._built(unit)
        except RecursionError:
            raise PackageTooLarge(f"{unit['name']}: folders are nested too deeply") from None

    def _built(self, unit: BuildUnit) -> None:
        folder = self.work / unit["id"]
        for name in ("artifacts", "scratch", "tmp", "home"):
            (folder / name).mkdir(parents=True)
        outcome = self._run_child(unit, folder)
        package = folder / "package.zip"
        sha256 = self._zip(unit, folder / "artifacts", package)
        self.exchange.leave(f"{unit['id']}.zip", package)
        self.report["packages"][unit["id"]] = {
            "sha256": sha256,
            "sizeBytes": package.stat().st_size,
            "tool": clean(str(outcome.get("tool", unit["method"])), 64),
        }
        self.report["warnings"] += [clean(f"{unit['name']}: {warning}") for warning in _warnings(outcome)]
        remove(folder)

    def _run_child(self, unit: BuildUnit, folder: Path) -> dict[str, Any]:
        order = self._order(unit, folder)
        (folder / "order.json").write_text(json.dumps(order))
        ended = self.children.run(
            [sys.executable, str(_HERE / "unit_build.py"), str(folder / "order.json")],
            env=self._child_environment(folder),
            folder=folder,
            deadline=self.deadline,
        )
        self._keep_tail(unit, ended)
        if ended.exit_code is None:
            raise BuildTimedOut(f"{unit['name']} was still building after {self.plan['timeoutSeconds']} s")
        outcome = _outcome(Path(order["outcome"]))
        if ended.exit_code != 0 or "error" in outcome:
            raise BuildFailed(f"{unit['name']} ({outcome.get('tool', unit['method'])}): {_reason(ended, outcome)}")
        return outcome

    def _order(self, unit: BuildUnit, folder: Path) -> Order:
        origin = self.source / unit["source"]
        if not origin.is_dir():
            raise SourceMissing(f"{unit['name']}: {unit['source']} is not in the source archive")
        own = lay_out(self.source, unit["source"], folder / "project")
        return {
            "unit": unit,
            "project": str(folder / "project"),
            "source": str(own),
            "artifacts": str(folder / "artifacts"),
            "scratch": str(folder / "scratch"),
            "outcome": str(folder / "outcome.json"),
            "targetPython": self.environment.get("TARGET_PYTHON"),
            "bundlerPath": self.bundler,
        }

    def _child_environment(self, folder: Path) -> dict[str, str]:
        return child_environment(self.environment, home=folder, caches=self.work)

    def _bundler(self) -> str | None:
        """A folder with esbuild where the image, or the machine, has none: installed for this session."""
        if shutil.which("esbuild", path=self.environment["PATH"]):
            return None
        home = self.work / "bundler"
        home.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(_HERE / name, home)
        done = subprocess.run(
            ["npm", "ci", "--silent"],  # noqa: S607 - the machine's own npm, found on PATH
            cwd=home,
            env=self._child_environment(home),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise BuildFailed(f"esbuild could not be installed: {clean(done.stderr.strip())}")
        return str(home / "node_modules" / ".bin")

    def _keep_tail(self, unit: BuildUnit, ended: Ended) -> None:
        """The last unit to end has the last word: a failure ends the others."""
        lines = [f"{unit['name']}: {line}" for line in ended.tail]
        self.report["logTail"] = [*self.report["logTail"], *lines][-TAIL_LINES:]

    def _zip(self, unit: BuildUnit, artifacts: Path, package: Path) -> str:
        total, count = 0, 0
        for path in artifacts.rglob("*"):
            if path.is_file() and not path.is_symlink():
                total, count = total + path.stat().st_size, count + 1
        most = self.plan["maxUnpackedBytes"]
        if total > most or count > _MAX_FILES:
            raise PackageTooLarge(
                f"{unit['name']}: {size(total)} in {counted(count, 'file')}; {size(most)} are allowed"
            )
        return write_zip(package, files_below(artifacts, leave_out=_LEAVE_OUT))


def _outcome(path: Path) -> dict[str, Any]:
    """What the child left, which may be anything: a pipe that nobody writes to, a link to what never ends."""
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            outcome = json.loads(file.read(_MAX_OUTCOME_BYTES)) if is_file else {}
    except (OSError, ValueError, RecursionError):
        return {}
    return outcome if isinstance(outcome, dict) else {}


def _warnings(outcome: Mapping[str, Any]) -> list[str]:
    told = outcome.get("warnings")
    return [str(warning) for warning in told] if isinstance(told, list) else []


def _reason(ended: Ended, outcome: Mapping[str, Any]) -> str:
    """What the build says. Who is killed says nothing: aws-lambda-builders then ends with `NPM Failed:`."""
    if ended.exit_code == -signal.SIGKILL:
        return _KILLED
    said = outcome.get("error") or (ended.tail[-1] if ended.tail else f"exit code {ended.exit_code}")
    reason = without_secrets(str(said), MAX_BYTES)
    return f"{reason} {_KILLED}" if reason.endswith("Failed:") else reason
