"""What git's complaints mean, in our words. They are partly the server's own text, and so are read with care."""

from __future__ import annotations

import re
import signal
from typing import Final

from deployer.errors import (
    CloneFailed,
    CloneTimedOut,
    CommitNotFound,
    DeployerError,
    GitHubUnavailable,
    RepositoryMoved,
    RepositoryNotFound,
    RepositoryTooLarge,
)
from deployer.log_text import clean

_MAX_BYTES: Final = 300

# The first that is found in the complaint counts. Texts of git 2.39 to 2.47 in the C locale, and of libcurl.
_MEANINGS: Final = (
    (
        re.compile(r"not our ref|unadvertised object|couldn't find remote ref|bad object|not a commit"),
        CommitNotFound,
        "the host has no such commit",
    ),
    (
        re.compile(rf"died of signal {signal.SIGXFSZ:d}\b|File too large|No space left on device"),
        RepositoryTooLarge,
        "what has to be fetched is larger than allowed",
    ),
    (
        re.compile(r"Operation too slow|[Tt]imed out"),
        CloneTimedOut,
        "the host sent nothing for too long",
    ),
    (
        re.compile(r"unable to update url base from redirection|returned error: 30\d"),
        RepositoryMoved,
        "the host redirects to another address",
    ),
    (
        re.compile(r"could not read (?:Username|Password)|Authentication failed|repository '[^']*' not found"),
        RepositoryNotFound,
        "the repository does not exist, or is private",
    ),
    (
        re.compile(
            r"returned error: (?:429|5\d\d)|Could not resolve host|Failed to connect|Couldn't connect"
            r"|Connection reset|Recv failure|early EOF|RPC failed|hung up unexpectedly|Empty reply"
        ),
        GitHubUnavailable,
        "the host did not answer as it should",
    ),
)


def failure(complaint: str, status: int) -> DeployerError:
    """The error that a command's standard error and exit status tell of."""
    reason = clean(_reason(complaint), _MAX_BYTES)
    if status == -signal.SIGXFSZ:
        return RepositoryTooLarge("what has to be fetched is larger than allowed")
    for pattern, error, meaning in _MEANINGS:
        if pattern.search(complaint):
            return error(f"{meaning} (git: {reason})")
    return CloneFailed(f"git: {reason}")


def _reason(complaint: str) -> str:
    """The first reason that git itself gives: lines that begin with `remote:` are the server's."""
    lines = [line.strip() for line in complaint.splitlines() if line.strip()]
    own = [line for line in lines if not line.startswith("remote:")]
    fatal = [line for line in own if line.startswith(("fatal:", "error:"))]
    return next(iter(fatal or own or lines), "")
