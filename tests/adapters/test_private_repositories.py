"""A private repository is asked for and cloned with the token, which goes to its one host and to nothing else."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from local.git_server import GitServer
from tests.clone_task import PROJECT, UNKNOWN_COMMIT, Host

from deployer.aws import secrets
from deployer.aws.clients import client
from deployer.aws.git_access import clone_task, git_host
from deployer.errors import RepositoryMoved, RepositoryNotFound, SettingMissing
from deployer.private import authorization
from deployer.repository import Repository
from deployer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "ghp_" + "a1B2" * 9
OWN, OTHERS = Repository.from_text("owner/name"), Repository.from_text("other/name")


@pytest.fixture
def private(host: Host) -> Iterator[str]:
    """The address of a host that lets nobody in without the token."""
    with GitServer(host.bare.path.parent.parent, authorization=authorization(TOKEN)) as server:
        yield server.url


@pytest.fixture
def token_arn(aws: None) -> str:
    secrets._text.cache_clear()
    return str(client("secretsmanager").create_secret(Name="token", SecretString=f"{TOKEN}\n")["ARN"])


def settings(git_url: str, arn: str) -> Settings:
    return Settings(
        {
            "GIT_URL": git_url,
            "GIT_TOKEN_SECRET_ARN": arn,
            "PRIVATE_REPOSITORIES": "owner/*",
            "CLONE_TASK": "clone:1",
            "PRIVATE_CLONE_TASK": "private-clone:1",
        }
    )


def test_branch_of_a_private_repository(host: Host, private: str, token_arn: str) -> None:
    """With the token it is found; without it, the host says what it says to everybody."""
    commit = host.bare.commit(PROJECT)
    given = settings(private, token_arn)

    assert git_host(given, OWN).resolve(OWN, "main", None).commit == commit
    with pytest.raises(RepositoryNotFound, match="or is private"):
        git_host(given, OTHERS).resolve(OTHERS, "main", None)


def test_token_that_may_not_read_it(host: Host, private: str, aws: None) -> None:
    """The person is told to look at the token."""
    secrets._text.cache_clear()
    arn = client("secretsmanager").create_secret(Name="t2", SecretString="ghp_of_somebody_else")["ARN"]

    with pytest.raises(RepositoryNotFound, match="or the token of GitTokenSecretArn may not read it"):
        git_host(settings(private, arn), OWN).resolve(OWN, "main", None)


@pytest.mark.parametrize("text", ["a\r\nX-Evil: 1", "short", "tok en of something"])
def test_secret_that_is_no_token(aws: None, text: str) -> None:
    """It is refused before anything is asked, and not told."""
    secrets._text.cache_clear()
    arn = client("secretsmanager").create_secret(Name="t3", SecretString=text)["ARN"]

    with pytest.raises(SettingMissing) as refused:
        git_host(settings("http://127.0.0.1:9", arn), OWN)
    assert text not in refused.value.message


def test_container_that_clones_it(token_arn: str) -> None:
    """Only what the owner named is cloned by the container that is given the token."""
    given = settings("https://github.com", token_arn)

    assert (clone_task(given, OWN), clone_task(given, OTHERS)) == ("private-clone:1", "clone:1")


def test_clone_of_a_private_repository(host: Host, private: str) -> None:
    """git is let in, and nothing that is left holds the token: report, manifest, archive."""
    commit = host.bare.commit(PROJECT)

    result = host.clone(commit, gitUrl=f"{private}/owner/name.git", environment={"CLONE_TOKEN": TOKEN})

    assert set(result.archive) == set(PROJECT)
    kept = b"".join(host.bucket.objects.values())
    assert TOKEN.encode() not in kept
    assert authorization(TOKEN).encode() not in kept


def test_clone_without_the_token(host: Host, private: str) -> None:
    """Nobody is let in, and nobody is asked for a password."""
    commit = host.bare.commit(PROJECT)

    assert host.clone(commit, gitUrl=f"{private}/owner/name.git").error[0] == "RepositoryNotFound"


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A host that leads to a second one, and what that was shown."""
    seen: list[str] = []

    class Second(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(str(self.headers.get("Authorization")))
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None: ...

    second = ThreadingHTTPServer(("127.0.0.1", 0), Second)

    class First(Second):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{second.server_port}/owner/name.git/info/refs")
            self.end_headers()

    first = ThreadingHTTPServer(("127.0.0.1", 0), First)
    for server in (first, second):
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{first.server_port}", seen
    for server in (first, second):
        server.shutdown()
        server.server_close()


def test_redirect_with_the_token(host: Host, elsewhere: tuple[str, list[str]], token_arn: str) -> None:
    """It is not followed, by neither of the two: the second host is shown nothing."""
    url, seen = elsewhere

    with pytest.raises(RepositoryMoved):
        git_host(settings(url, token_arn), OWN).resolve(OWN, "main", None)
    result = host.clone(UNKNOWN_COMMIT, gitUrl=f"{url}/owner/name.git", environment={"CLONE_TOKEN": TOKEN})

    assert result.error[0] == "RepositoryMoved"
    assert seen == []
