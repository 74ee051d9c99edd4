"""Whatever a Git host answers, the outcome is a branch's commit or an error of ours."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
import responses
from hypothesis import example, given
from hypothesis import strategies as st

from deployer.errors import BranchNotFound, DeployerError
from deployer.github import GitHub
from deployer.repository import Repository

ADDRESS = "https://github.com/owner/name.git"
REPOSITORY = Repository(owner="owner", name="name")
# What GitHub sends: the service's name and a flush come before the version.
GREETING = b"001e# service=git-upload-pack\n0000000eversion 2\n0015agent=git/github-1\n0000"
COMMIT = "0123456789" * 4


def line(text: str) -> bytes:
    return f"{len(text.encode()) + 4:04x}{text}".encode()


PIECES = st.one_of(st.binary(), st.text().map(line), st.just(line(f"{COMMIT} refs/heads/main")))


def answered(refs: bytes, branch: str | None) -> str:
    """The commit, from a host that answers so."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as host:
        host.get(re.compile(re.escape(ADDRESS) + "/info/refs"), body=GREETING)
        host.post(f"{ADDRESS}/git-upload-pack", body=refs)
        return GitHub("https://github.com").resolve(REPOSITORY, branch, None).commit


def test_an_answer_of_github() -> None:
    """The branch that HEAD names."""
    refs = line(f"{COMMIT} HEAD symref-target:refs/heads/main\n") + line(f"{COMMIT} refs/heads/main\n") + b"0000"

    assert answered(refs, None) == COMMIT


@pytest.mark.parametrize(
    "text",
    [
        f"{COMMIT} refs/heads/main2\n",
        f"{COMMIT} refs/tags/main\n",
        "0123 refs/heads/main\n",
        f"{COMMIT.upper()} refs/heads/main\n".replace("0", "A"),
        "unborn HEAD symref-target:refs/heads/main\n",
    ],
)
def test_a_reference_that_is_not_the_branch(text: str) -> None:
    """Only the branch itself, at a commit's 40 digits, is that branch."""
    with pytest.raises(DeployerError):
        answered(line(text) + b"0000", "main")


def test_a_host_with_many_branches() -> None:
    """An error names a few of them, not all."""
    refs = b"".join(line(f"{COMMIT} refs/heads/release-{number}\n") for number in range(2000)) + b"0000"

    with pytest.raises(BranchNotFound) as caught:
        answered(refs, "release-x")

    assert len(caught.value.message) < 200


@given(
    st.lists(st.one_of(st.binary(), st.text().map(line), st.just(line(f"{COMMIT} refs/heads/main")))).map(b"".join)
)
@example(b"0003")
@example(b"ffff")
@example(b"00" * 10)
def test_any_answer(refs: bytes) -> None:
    """No bytes lead to another error than ours, or to anything that is no commit."""
    with suppress(DeployerError):
        assert re.fullmatch("[0-9a-f]{40}", answered(refs, "main"))
