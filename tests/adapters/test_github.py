"""The Git host, asked over HTTP: by git's own server, and by one that misbehaves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from local.git_server import GitServer
from tests.repositories import BareRepository

from deployer import github
from deployer.errors import (
    BranchNotFound,
    GitHubUnavailable,
    RepositoryEmpty,
    RepositoryMoved,
    RepositoryNotFound,
)
from deployer.github import GitHub, Resolved
from deployer.repository import Repository

if TYPE_CHECKING:
    from pathlib import Path

REPOSITORY = Repository(owner="owner", name="name")
UNKNOWN_COMMIT = "0123456789" * 4


@pytest.fixture
def bare(tmp_path: Path) -> BareRepository:
    return BareRepository.create(tmp_path, "owner/name")


@pytest.fixture
def host(bare: BareRepository) -> Iterator[GitHub]:
    with GitServer(bare.path.parent.parent) as server:
        yield GitHub(server.url)


def test_a_branch(host: GitHub, bare: BareRepository) -> None:
    """A branch is the commit that it points at, not that of a branch whose name begins alike."""
    bare.commit({"a": "other"}, branch="feature/x2")
    commit = bare.commit({"a": "a"}, branch="feature/x")

    resolved = host.resolve(REPOSITORY, "feature/x", None)

    assert resolved == Resolved(branch="feature/x", commit=commit)


def test_no_branch_given(host: GitHub, bare: BareRepository) -> None:
    """The default branch is the one that HEAD names."""
    bare.commit({"a": "a"}, branch="main")
    commit = bare.commit({"a": "b"}, branch="trunk")
    bare.git("symbolic-ref", "HEAD", "refs/heads/trunk")

    resolved = host.resolve(REPOSITORY, None, None)

    assert resolved == Resolved(branch="trunk", commit=commit)


def test_a_default_branch_that_turns_text_around(host: GitHub, bare: BareRepository) -> None:
    """It is found, and told without what a reader would obey."""
    commit = bare.commit({"a": "a"}, branch="ma\u202ein")
    bare.git("symbolic-ref", "HEAD", "refs/heads/ma\u202ein")

    assert host.resolve(REPOSITORY, None, None) == Resolved(branch="ma\ufffdin", commit=commit)


def test_a_commit_given(host: GitHub, bare: BareRepository) -> None:
    """A given commit is taken as it is, and known not to be the branch's newest."""
    bare.commit({"a": "a"})

    resolved = host.resolve(REPOSITORY, None, UNKNOWN_COMMIT)

    assert resolved == Resolved(branch="main", commit=UNKNOWN_COMMIT, is_newest=False)


def test_a_branch_that_is_missing(host: GitHub, bare: BareRepository) -> None:
    """The error names the branches that look alike."""
    for branch in ("main", "develop", "release"):
        bare.commit({"a": "a"}, branch=branch)

    with pytest.raises(BranchNotFound, match=r"owner/name has no branch 'devlop'; near it: develop$"):
        host.resolve(REPOSITORY, "devlop", None)


def test_a_branch_like_no_other(host: GitHub, bare: BareRepository) -> None:
    """With nothing near, the error names the default branch."""
    bare.commit({"a": "a"})

    with pytest.raises(BranchNotFound, match=r"its default branch is main$"):
        host.resolve(REPOSITORY, "zzzzzz", None)


def test_a_tag_is_no_branch(host: GitHub, bare: BareRepository) -> None:
    """Tags are not looked at."""
    bare.git("tag", "v1", bare.commit({"a": "a"}))

    with pytest.raises(BranchNotFound):
        host.resolve(REPOSITORY, "v1", None)


def test_a_head_that_names_nothing(host: GitHub, bare: BareRepository) -> None:
    """Without a default branch the error says which there are."""
    bare.commit({"a": "a"}, branch="trunk")

    with pytest.raises(BranchNotFound, match="no default branch: give one of trunk"):
        host.resolve(REPOSITORY, None, None)


@pytest.mark.parametrize("branch", [None, "main"])
def test_an_empty_repository(host: GitHub, bare: BareRepository, branch: str | None) -> None:
    """A repository without a commit is told apart from a missing branch."""
    with pytest.raises(RepositoryEmpty, match="owner/name"):
        host.resolve(REPOSITORY, branch, None)


def test_a_repository_that_is_missing(host: GitHub) -> None:
    """404, as an Enterprise host or a mirror answers."""
    with pytest.raises(RepositoryNotFound, match="owner/missing does not exist, or is private"):
        host.resolve(Repository(owner="owner", name="missing"), None, None)


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def odd_host(answer: Answer) -> Iterator[tuple[GitHub, list[str]]]:
    """A host that answers every request alike, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            answer(self)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads, server.block_on_close = True, False
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield GitHub(f"http://127.0.0.1:{server.server_port}"), asked
    finally:
        server.shutdown()
        server.server_close()


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_host_that_asks_for_credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """GitHub answers 401 for private and missing alike; no credentials of this machine's user are sent."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    seen: list[str | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        seen.append(handler.headers.get("Authorization"))
        answering(401, WWW_Authenticate='Basic realm="GitHub"')(handler)

    with odd_host(answer) as (host, _), pytest.raises(RepositoryNotFound, match="or is private"):
        host.resolve(REPOSITORY, None, None)

    assert seen == [None]


def test_a_renamed_repository() -> None:
    """The new name is told, and nobody goes there by himself."""
    to = "https://github.com/new-owner/new.name.git/info/refs?service=git-upload-pack"

    moved = pytest.raises(RepositoryMoved, match=r"^owner/name has moved to new-owner/new\.name$")
    with odd_host(answering(301, Location=to)) as (host, asked), moved:
        host.resolve(REPOSITORY, None, None)

    assert len(asked) == 1


@pytest.mark.parametrize("to", ["", "http://169.254.169.254/latest/meta-data", "//x/\x1b[2J"])
def test_a_redirect_to_elsewhere(to: str) -> None:
    """What is no repository's address is not repeated."""
    with odd_host(answering(302, Location=to)) as (host, _), pytest.raises(RepositoryMoved) as caught:
        host.resolve(REPOSITORY, None, None)

    assert caught.value.message == "owner/name has moved"


@pytest.mark.parametrize("status", [429, 500, 502, 503, 418])
def test_a_host_in_trouble(status: int) -> None:
    """Everything that may pass is worth a retry."""
    with odd_host(answering(status)) as (host, _), pytest.raises(GitHubUnavailable, match=str(status)):
        host.resolve(REPOSITORY, None, None)


def test_a_host_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that never answers is given up."""
    monkeypatch.setattr(github, "_TIMEOUT_SECONDS", (1.0, 0.1))
    done = threading.Event()

    def answer(handler: BaseHTTPRequestHandler) -> None:
        done.wait(5)

    with odd_host(answer) as (host, _):
        with pytest.raises(GitHubUnavailable, match="did not answer"):
            host.resolve(REPOSITORY, None, None)
        done.set()


def test_a_host_that_is_not_there() -> None:
    """A refused connection is worth a retry too."""
    with odd_host(answering(200)) as (host, _):
        pass

    with pytest.raises(GitHubUnavailable, match="did not answer"):
        host.resolve(REPOSITORY, None, None)


@pytest.mark.parametrize("body", [b"", b"<html>", b"000eversion 1\n0000", b"ffff", b"0001000200030004", b"zzzz"])
def test_a_host_that_speaks_something_else(body: bytes) -> None:
    """What is no protocol v2 is no Git host of ours."""
    with odd_host(answering(200, body)) as (host, _), pytest.raises(GitHubUnavailable, match="version 2"):
        host.resolve(REPOSITORY, None, None)


def test_an_endless_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer is read up to a limit; what was whole until there counts."""
    monkeypatch.setattr(github, "_MAX_BODY_BYTES", 1 << 15)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        answering(200, b"000eversion 2\n")(handler)
        line = f"{'a' * 40} refs/heads/main\n".encode()
        for _ in range(100_000):
            handler.wfile.write(f"{len(line) + 4:04x}".encode() + line)

    with odd_host(answer) as (host, _):
        resolved = host.resolve(REPOSITORY, "main", None)

    assert resolved.commit == "a" * 40


def test_an_answer_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """A host that sends a little now and then does not hold us."""
    monkeypatch.setattr(github, "_TOTAL_SECONDS", 0.0)

    with odd_host(answering(200, b"0" * 40_000)) as (host, _), pytest.raises(GitHubUnavailable, match="Timeout"):
        host.resolve(REPOSITORY, None, None)
