"""Small real Git repositories for tests: bare, below `DIR/{owner}/{name}.git`, as the Git host serves them."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

GIT_ENVIRONMENT = {
    "PATH": os.environ["PATH"],  # noqa: TID251 - where git is
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_AUTHOR_NAME": "A",
    "GIT_AUTHOR_EMAIL": "a@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_NAME": "A",
    "GIT_COMMITTER_EMAIL": "a@example.com",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}

FILE, PROGRAM, LINK, GITLINK, FOLDER = "100644", "100755", "120000", "160000", "040000"


@dataclass(frozen=True)
class BareRepository:
    """Made of objects alone, without a work tree: a test may commit what no honest `git add` would."""

    path: Path

    @classmethod
    def create(cls, directory: Path, slug: str) -> BareRepository:
        repository = cls(directory / f"{slug}.git")
        repository.path.mkdir(parents=True)
        repository.git("init", "-q", "--bare", "-b", "main")
        return repository

    def git(self, *arguments: str, stdin: bytes = b"") -> str:
        command = ["git", "-C", str(self.path), *arguments]
        done = subprocess.run(command, input=stdin, capture_output=True, check=True, env=GIT_ENVIRONMENT)
        return done.stdout.decode().strip()

    def blob(self, content: bytes) -> str:
        return self.git("hash-object", "-w", "--stdin", stdin=content)

    def tree(self, entries: list[tuple[str, str, str]]) -> str:
        """Entries are (mode, object id, name)."""
        kinds = {FOLDER: "tree", GITLINK: "commit"}
        lines = [f"{mode} {kinds.get(mode, 'blob')} {oid}\t{name}\0" for mode, oid, name in entries]
        return self.git("mktree", "-z", "--missing", stdin="".join(lines).encode())

    def commit_tree(self, tree: str, branch: str = "main") -> str:
        commit = self.git("commit-tree", "-m", "change", tree)
        self.git("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def commit(
        self, files: dict[str, str | bytes], branch: str = "main", modes: dict[str, str] | None = None
    ) -> str:
        """A commit of exactly these files. `modes` tells those that are not plain; a gitlink holds a commit id."""
        stream = f"commit refs/heads/{branch}\ncommitter A <a@example.com> 1767225600 +0000\ndata 0\n".encode()
        for path, content in files.items():
            body = content.encode() if isinstance(content, str) else content
            stream += _file_change((modes or {}).get(path, FILE), path, body)
        self.git("fast-import", "--quiet", "--force", stdin=stream)
        return self.git("rev-parse", f"refs/heads/{branch}")


def _file_change(mode: str, path: str, body: bytes) -> bytes:
    if mode == GITLINK:
        return f"M {mode} {body.decode()} {path}\n".encode()
    return f"M {mode} inline {path}\ndata {len(body)}\n".encode() + body + b"\n"
