"""The local Git host, asked by git itself and by what does not speak git."""

from __future__ import annotations

import socket
import subprocess
from typing import TYPE_CHECKING

import pytest
import requests
from local.git_server import GitServer
from tests.repositories import GIT_ENVIRONMENT, BareRepository

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def repository(tmp_path: Path) -> BareRepository:
    return BareRepository.create(tmp_path / "mirror", "owner/name")


@pytest.fixture
def server(repository: BareRepository) -> Iterator[GitServer]:
    with GitServer(repository.path.parent.parent) as server:
        yield server


def git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", *arguments], capture_output=True, check=False, env=GIT_ENVIRONMENT)


def test_partial_clone_of_a_commit(server: GitServer, repository: BareRepository, tmp_path: Path) -> None:
    """A commit that no branch points at is fetched by its id, without the files' contents."""
    old = repository.commit({"a.txt": "old"})
    repository.commit({"a.txt": "new"})
    git("init", "-q", str(tmp_path / "clone"))

    url = f"{server.url}/owner/name.git"
    done = git("-C", str(tmp_path / "clone"), "fetch", "-q", "--depth", "1", "--filter=blob:none", url, old)

    missing = git("-C", str(tmp_path / "clone"), "rev-list", "--objects", "--missing=print", old).stdout
    assert done.returncode == 0, done.stderr
    assert missing.decode().count("?") == 1


def test_a_long_request(server: GitServer, repository: BareRepository, tmp_path: Path) -> None:
    """git sends a request over its buffer's size in chunks; they are put together again."""
    repository.commit({f"{number}.txt": str(number) for number in range(1500)})

    url = f"{server.url}/owner/name.git"
    done = git("-c", "http.postBuffer=65536", "clone", "-q", "--filter=blob:none", url, str(tmp_path / "clone"))

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "clone" / "1499.txt").read_text() == "1499"


def test_nothing_is_received(server: GitServer, repository: BareRepository, tmp_path: Path) -> None:
    """The mirror is read only."""
    repository.commit({"a.txt": "a"})
    git("clone", "-q", str(repository.path), str(tmp_path / "clone"))

    done = git("-C", str(tmp_path / "clone"), "push", "-q", f"{server.url}/owner/name.git", "HEAD:other")

    assert done.returncode != 0
    assert repository.git("branch", "--list", "other") == ""


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/owner/missing.git/info/refs?service=git-upload-pack",
        "/owner/name.git/config",
        "/owner/name.git/objects/info/packs",
        "/owner/name.git/info/refs?service=git-upload-pack&x=%00",
        "/../owner/name.git/info/refs?service=git-upload-pack",
        "/owner/../../etc.git/info/refs",
        "/owner/..git/info/refs",
        "/owner/%2e%2e/name.git/info/refs",
        "/owner/outside.git/info/refs?service=git-upload-pack",
    ],
)
def test_what_is_not_there(server: GitServer, repository: BareRepository, tmp_path: Path, path: str) -> None:
    """Whatever is no repository below the directory answers 404, even by a link that leads out of it."""
    outside = BareRepository.create(tmp_path / "elsewhere", "owner/outside")
    (repository.path.parent / "outside.git").symlink_to(outside.path)

    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        status = connection.makefile("rb").readline()

    assert status.split()[1] == b"404"


def test_the_server_is_closed(repository: BareRepository) -> None:
    """Nothing listens any more when the context is left."""
    with GitServer(repository.path.parent.parent) as server:
        url = server.url

    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def test_two_directories(repository: BareRepository, tmp_path: Path) -> None:
    """Both are served."""
    other = BareRepository.create(tmp_path / "elsewhere", "owner/other")

    with GitServer(repository.path.parent.parent, other.path.parent.parent) as server:
        names = [f"{path.parent.name}/{path.name}" for path in (repository.path, other.path)]
        answers = [
            requests.get(f"{server.url}/{name}/info/refs?service=git-upload-pack", timeout=30) for name in names
        ]

    assert [answer.status_code for answer in answers] == [200, 200]
