"""A commit goes in; a manifest, an archive and a report are left in the artifact bucket."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from deployer.errors import ArtifactInvalid, CloneFailed, DeployerError, InternalError, RepositoryTooLarge
from deployer.exchange import Exchange
from deployer.log_text import clean
from deployer.private import authorization
from deployer.worker import CLONE_TOKEN, GRACE_SECONDS, MANIFEST, PLAN_URL, REPORT, SOURCE
from git_client import GitClient
from snapshot import Photographer

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from deployer.worker import ClonePlan, CloneReport, WorkerError
    from lint import Linter

_NOT_FOR_GIT: Final = ("AWS_", "ECS_", "GIT_")
_PR_SET_DUMPABLE: Final = 4
_MAX_NOTES: Final = 100
_SLACK_BYTES: Final = 64 << 20  # a pack or a zip of incompressible files is a little larger than they are


class _Stopped(Exception):
    """SIGTERM came."""


def run(linter: Linter) -> int:
    """The exit status: 0, or 1 when the report tells of an error, or could not be left."""
    signal.signal(signal.SIGTERM, _stop)
    _hide()
    plan_url, token = _take_secrets()
    try:
        fields, exchange = Exchange.open(plan_url)
    except DeployerError as error:
        print(f"{error.code}: {error.message}", file=sys.stderr)  # noqa: T201 - there is nowhere else to tell it
        return 1
    plan, notes = cast("ClonePlan", fields), list[str]()
    signal.alarm(plan["timeoutSeconds"] + GRACE_SECONDS)
    problem = _outcome(lambda: _clone(plan, exchange, linter, notes, token))
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    exchange.leave(REPORT, json.dumps(_report(problem, notes)).encode())
    return 1 if problem else 0


def _hide() -> None:
    """No other process of this user can read what this one was started with (prctl(2), PR_SET_DUMPABLE)."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def _take_secrets() -> tuple[str, str | None]:
    """The plan's address, and the token; no credential stays where git and cfn-lint could read it."""
    plan_url, token = os.environ.pop(PLAN_URL), os.environ.pop(CLONE_TOKEN, None)
    for name in [name for name in os.environ if name.startswith(_NOT_FOR_GIT)]:
        del os.environ[name]
    return plan_url, token


def _stop(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: the rest is tidying up
    raise _Stopped


def _outcome(work: Callable[[], None]) -> DeployerError | None:
    """What went wrong, of whatever kind: a report of it is left in every case."""
    try:
        work()
    except _Stopped:
        return CloneFailed("the task was stopped")
    except ArtifactInvalid as error:
        return RepositoryTooLarge(error.message)
    except DeployerError as error:
        return error
    except Exception as error:
        traceback.print_exc()
        return InternalError(f"the clone task failed: {type(error).__name__}")
    return None


def _clone(plan: ClonePlan, exchange: Exchange, linter: Linter, notes: list[str], token: str | None) -> None:
    _limit_files(plan["limits"]["maxTotalBytes"] + _SLACK_BYTES)
    with tempfile.TemporaryDirectory(prefix="clone-") as name:
        folder = Path(name)
        git = GitClient(folder / "repository.git", plan["gitUrl"], plan["timeoutSeconds"], _authorization(token))
        snapshot = Photographer(plan, git, linter, folder, notes).take()
        exchange.leave(MANIFEST, json.dumps(snapshot.manifest, ensure_ascii=False).encode())
        if snapshot.archive is not None:
            exchange.leave(SOURCE, snapshot.archive)


def _authorization(token: str | None) -> str | None:
    try:
        return authorization(token.strip()) if token else None
    except ValueError:
        raise CloneFailed("the token of GitTokenSecretArn cannot be used") from None


def _limit_files(max_bytes: int) -> None:
    """No file of ours or of git's grows beyond that: what arrives compressed may unpack to anything."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, hard))


def _report(error: DeployerError | None, notes: list[str]) -> CloneReport:
    told: WorkerError | None = {"code": error.code, "message": error.message} if error else None
    return {"error": told, "logTail": [clean(note) for note in notes[-_MAX_NOTES:]]}
