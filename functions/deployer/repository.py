"""Where the code is: repository, branch, commit and the paths in it, each with the one rule for what it may be.

Every rule is an allow-list over ASCII, matched whole. A value that passed is rebuilt from its parts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# GitHub: owners are letters, digits and single hyphens, at most 39; names also take . and _, at most 100.
_OWNER = r"(?P<owner>[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38})"
_NAME = r"(?P<name>[A-Za-z0-9._-]{1,100}?)"
_REPOSITORY: Final = re.compile(rf"(?:https://github\.com/)?{_OWNER}/{_NAME}(?:\.git)?/?", re.ASCII)
_COMMIT: Final = re.compile(r"[0-9a-f]{40}", re.ASCII)
_BRANCH: Final = re.compile(r"[A-Za-z0-9_.+@#%=,/-]{1,244}", re.ASCII)
_PATH_SEGMENT: Final = re.compile(r"[A-Za-z0-9_.@+=, ()\[\]-]{1,255}", re.ASCII)
_MAX_PATH: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository on the one Git host, by owner and name."""

    owner: str
    name: str

    @classmethod
    def from_text(cls, text: str) -> Repository:
        """From `https://github.com/{owner}/{name}` (`.git` or a slash may follow) or `{owner}/{name}`.

        Raises ValueError for anything else: other hosts, schemes, user names, ports, queries.
        """
        match = _REPOSITORY.fullmatch(text) if len(text) <= 256 else None
        if match is None or match["name"] in {".", "..", ".git"}:
            raise ValueError("give https://github.com/{owner}/{name} or {owner}/{name}")
        return cls(owner=match["owner"], name=match["name"])

    @property
    def slug(self) -> str:
        return f"{self.owner}/{self.name}"

    def git_url(self, host: str) -> str:
        """What git fetches; `host` has no slash at the end."""
        return f"{host}/{self.slug}.git"


def branch_problem(branch: str) -> str | None:
    """Why that is no branch name, or None. git's rules (`git help check-ref-format`), over fewer characters."""
    if not _BRANCH.fullmatch(branch):
        return "letters, digits and _ . + @ # % = , / - only, at most 244"
    if branch.startswith(("-", "/", "refs/")) or branch.endswith(("/", ".")) or branch in {"@", "HEAD"}:
        return "a branch does not begin with - / or refs/, does not end with / or ., and is not @ or HEAD"
    if ".." in branch or "//" in branch or "@{" in branch:
        return "a branch has no .. // or @{"
    if any(part.startswith(".") or part.endswith(".lock") for part in branch.split("/")):
        return "no part of a branch begins with . or ends with .lock"
    return None


def commit_problem(commit: str) -> str | None:
    """Why that is no commit id, or None."""
    return None if _COMMIT.fullmatch(commit) else "give all 40 digits, 0-9 and a-f"


def path_problem(path: str) -> str | None:
    """Why that is no safe path inside a repository, or None. `a/b`, never `/a`, `a/../b`, `.git/x` or `-x`."""
    if len(path) > _MAX_PATH:
        return f"at most {_MAX_PATH} characters"
    for part in path.split("/"):
        if not _PATH_SEGMENT.fullmatch(part):
            return "a relative path with / between names of letters, digits and _ . @ + = , ( ) [ ] - or space"
        if part in {".", ".."} or part.startswith("-") or part.casefold() == ".git":
            return "no part may be . or .. or .git, or begin with -"
        if part != part.strip() or part.casefold().startswith("git~"):
            return "no part may begin or end with a space, or be a short name of .git"
    return None
