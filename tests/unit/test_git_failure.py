"""What git's complaints mean."""

from __future__ import annotations

import signal

import pytest

from git_failure import failure


@pytest.mark.parametrize(
    ("complaint", "code"),
    [
        ("fatal: remote error: upload-pack: not our ref 0123", "CommitNotFound"),
        ("error: Server does not allow request for unadvertised object 0123", "CommitNotFound"),
        ("fatal: unable to access 'https://h/': The requested URL returned error: 503", "GitHubUnavailable"),
        ("fatal: unable to access 'https://h/': Could not resolve host: h", "GitHubUnavailable"),
        ("error: RPC failed; curl 56 Recv failure\nfatal: early EOF", "GitHubUnavailable"),
        ("error: RPC failed; curl 28 Operation too slow.", "CloneTimedOut"),
        ("fatal: could not read Username for 'https://h': terminal prompts disabled", "RepositoryNotFound"),
        ("fatal: repository 'https://h/o/n.git/' not found", "RepositoryNotFound"),
        ("fatal: unable to access 'https://h/': The requested URL returned error: 301", "RepositoryMoved"),
        ("error: index-pack died of signal 25", "RepositoryTooLarge"),
        ("fatal: write error: No space left on device", "RepositoryTooLarge"),
        ("error: object 01: hasDotdot: contains '..'\nfatal: fsck error in packed object", "CloneFailed"),
        ("", "CloneFailed"),
    ],
)
def test_a_complaint(complaint: str, code: str) -> None:
    """Each kind of trouble has its own error."""
    assert failure(complaint, 128).code == code


def test_a_child_over_its_file_limit() -> None:
    """git itself may be the one that wrote too much."""
    assert failure("", -signal.SIGXFSZ).code == "RepositoryTooLarge"


def test_a_server_that_talks() -> None:
    """git's own reason is repeated, without escapes; the server's text is not."""
    error = failure("remote: \x1b[2Jplease pay\nfatal: bad \x1b[31mthing\n", 128)

    assert error.message == "git: fatal: bad thing"
