"""The Git host, asked without cloning: does the repository exist, and which commit is its branch?

Git's protocol version 2 over smart HTTP (`git help protocol-v2`, `git help gitprotocol-http`): the host says what
it can do, then `ls-refs` lists the references that begin with given prefixes. Nothing of it is trusted.
"""

from __future__ import annotations

import difflib
import re
import time
from contextlib import closing
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import requests

from deployer.errors import (
    BranchNotFound,
    GitHubUnavailable,
    RepositoryEmpty,
    RepositoryMoved,
    RepositoryNotFound,
)
from deployer.log_text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.repository import Repository

_TIMEOUT_SECONDS: Final = (3.05, 10.0)  # to connect; between two pieces
_TOTAL_SECONDS: Final = 15.0
_MAX_BODY_BYTES: Final = 4 << 20  # some 50,000 branches
_HEADS: Final = "refs/heads/"
_REF: Final = re.compile(r"([0-9a-f]{40}) (HEAD|refs/heads/[^ ]+)(?: symref-target:([^ ]+))?.*", re.ASCII)
_MOVED_TO: Final = re.compile(r"(?:https?://[^/]+)?/(?P<slug>[\w.-]+/[\w.-]+?)(?:\.git)?/info/refs.*", re.ASCII)
_FLUSH: Final = b"0000"
_DELIMITER: Final = b"0001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """The branch, by name, and the exact commit that is meant; whether that is the branch's newest."""

    branch: str
    commit: str
    is_newest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refs:
    """Commits by branch, and the branch that HEAD names."""

    commits: Mapping[str, str]
    default: str | None


class GitHub:
    """A Git host by its address, without a slash at the end: https://github.com or an Enterprise host."""

    def __init__(self, git_url: str, authorization: str | None = None) -> None:
        """`authorization` is the header's value, for a private repository: it goes nowhere but to that host."""
        self._git_url = git_url
        self._authorization = {"Authorization": authorization} if authorization else {}
        self._http = requests.Session()
        self._http.auth = _without_credentials

    def resolve(self, repository: Repository, branch: str | None, commit: str | None) -> Resolved:
        """The branch (the default one when none is given) and its commit; a given commit is taken as it is.

        Raises RepositoryNotFound, RepositoryMoved, RepositoryEmpty, BranchNotFound, and GitHubUnavailable, which
        is worth a retry.
        """
        address = repository.git_url(self._git_url)
        self._check_exists(repository, address)
        refs = self._list(repository, address, "HEAD", _HEADS + (branch or ""))
        name = branch or refs.default
        if name is None or name not in refs.commits:
            raise self._no_such_branch(repository, address, name)
        newest = refs.commits[name]
        # A default branch is whatever its owner calls it.
        return Resolved(branch=clean(name), commit=commit or newest, is_newest=commit in {None, newest})

    def _check_exists(self, repository: Repository, address: str) -> None:
        """What git itself asks first; it tells a repository that is gone, moved or served by something else."""
        body = self._ask(repository, "GET", f"{address}/info/refs?service=git-upload-pack", b"")
        if b"version 2" not in (line.strip() for line in _lines(body)):
            raise GitHubUnavailable(f"{self._git_url} does not speak version 2 of git's protocol")

    def _list(self, repository: Repository, address: str, *prefixes: str) -> _Refs:
        arguments = [_line("peel"), _line("symrefs"), *(_line(f"ref-prefix {prefix}") for prefix in prefixes)]
        question = b"".join([_line("command=ls-refs"), _DELIMITER, *arguments, _FLUSH])
        return _parse_refs(_lines(self._ask(repository, "POST", f"{address}/git-upload-pack", question)))

    def _no_such_branch(self, repository: Repository, address: str, branch: str | None) -> Exception:
        refs = self._list(repository, address, "HEAD", _HEADS)
        if not refs.commits:
            return RepositoryEmpty(f"{repository.slug} has no branch yet")
        return BranchNotFound(_missing_branch(repository.slug, branch, refs))

    def _ask(self, repository: Repository, method: str, url: str, body: bytes) -> bytes:
        """The answer's body, as much of it as is allowed.

        Redirects are not followed: they could lead anywhere.
        """
        try:
            response = self._http.request(
                method,
                url,
                data=body or None,
                headers=_headers(method) | self._authorization,
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
                stream=True,
            )
            with closing(response):
                self._check_status(repository, response)
                return _capped_body(response)
        except requests.RequestException as error:
            raise GitHubUnavailable(f"{self._git_url} did not answer: {type(error).__name__}") from error

    def _not_found(self, repository: Repository) -> str:
        if self._authorization:
            return f"{repository.slug} does not exist, or the token of GitTokenSecretArn may not read it"
        return f"{repository.slug} does not exist, or is private"

    def _check_status(self, repository: Repository, response: requests.Response) -> None:
        status = response.status_code
        if status == HTTPStatus.OK:
            return
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            # GitHub asks for credentials (401) for what is private and for what does not exist alike.
            raise RepositoryNotFound(self._not_found(repository))
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
            raise RepositoryMoved(_moved(repository.slug, response.headers.get("Location", "")))
        raise GitHubUnavailable(f"{self._git_url} answered {status}")


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """A .netrc of the user is not for us: what is read here must be readable by everybody."""
    return request


def _headers(method: str) -> dict[str, str]:
    headers = {"Git-Protocol": "version=2", "User-Agent": "git/github-lambda-deployer"}
    if method == "POST":
        headers |= {
            "Content-Type": "application/x-git-upload-pack-request",
            "Accept": "application/x-git-upload-pack-result",
        }
    return headers


def _capped_body(response: requests.Response) -> bytes:
    """At most _MAX_BODY_BYTES, within _TOTAL_SECONDS: a host that sends a byte now and then does not hold us."""
    until = time.monotonic() + _TOTAL_SECONDS
    body = bytearray()
    for piece in response.iter_content(1 << 14):
        body += piece
        if len(body) >= _MAX_BODY_BYTES:
            break
        if time.monotonic() > until:
            raise requests.Timeout
    return bytes(body)


def _line(text: str) -> bytes:
    """A pkt-line: four hex digits of its own length, then the text (`git help protocol-common`)."""
    body = text.encode() + b"\n"
    return f"{len(body) + 4:04x}".encode() + body


def _lines(body: bytes) -> Iterator[bytes]:
    """The pkt-lines of an answer, without flushes; ends quietly where the answer was cut or makes no sense."""
    at = 0
    while at + 4 <= len(body):
        digits = body[at : at + 4]
        size = int(digits, 16) if re.fullmatch(rb"[0-9a-fA-F]{4}", digits) else len(body)
        if at + size > len(body):
            return
        if size > 4:
            yield body[at + 4 : at + size]
        at += max(size, 4)


def _parse_refs(lines: Iterator[bytes]) -> _Refs:
    commits, default = {}, None
    for line in lines:
        match = _REF.fullmatch(line.decode("utf-8", "replace").rstrip("\n"))
        if match is None:
            continue
        commit, name, target = match.groups()
        if name == "HEAD":
            default = target.removeprefix(_HEADS) if target else None
        else:
            commits[name.removeprefix(_HEADS)] = commit
    return _Refs(commits=commits, default=default)


def _missing_branch(slug: str, branch: str | None, refs: _Refs) -> str:
    if branch is None:
        return f"{slug} has no default branch: give one of {_some(sorted(refs.commits))}"
    near = difflib.get_close_matches(branch, refs.commits, n=3, cutoff=0.5)
    default = f"; its default branch is {refs.default}" if refs.default in refs.commits else ""
    return f"{slug} has no branch {branch!r}" + (f"; near it: {_some(near)}" if near else default)


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")


def _moved(slug: str, location: str) -> str:
    match = _MOVED_TO.fullmatch(location)
    return f"{slug} has moved to {match['slug']}" if match else f"{slug} has moved"
