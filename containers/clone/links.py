"""Symbolic links of a tree: where each leads, worked out on names alone, as a file system would follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.errors import PathUnsafe

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_LINKS: Final = 40  # Linux gives up after as many (path_resolution(7))
MAX_TARGET_BYTES: Final = 1024


def follow(path: str, targets: Mapping[str, str]) -> list[str]:
    """The links that are passed from the one at `path` on, then where it ends; "" is the repository's top.

    `targets` has every link's text.

    Raises PathUnsafe, naming the link, when it leads out of the repository or round in a circle.
    """
    passed: list[str] = []
    behind: list[str] = []
    ahead = path.split("/")[::-1]
    while ahead:
        part = ahead.pop()
        if part == ".." and not behind:
            raise _unsafe(path, targets)
        if part == "..":
            behind.pop()
        elif part not in {"", "."}:
            behind.append(part)
        here = "/".join(behind)
        if part != ".." and here in targets:
            passed.append(here)
            if len(passed) > _MAX_LINKS or targets[here].startswith("/"):
                raise _unsafe(path, targets)
            behind.pop()
            ahead += targets[here].split("/")[::-1]
    return [*passed, "/".join(behind)]


def _unsafe(path: str, targets: Mapping[str, str]) -> PathUnsafe:
    return PathUnsafe(f"the link {path} -> {targets[path]!r} leads out of the repository or round in a circle")
