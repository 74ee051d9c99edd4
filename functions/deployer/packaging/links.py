"""Symbolic links of a tree: where each leads, worked out on names alone, as a file system would follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.errors import PathUnsafe

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

_MAX_LINKS: Final = 40  # Linux gives up after as many (path_resolution(7))
MAX_TARGET_BYTES: Final = 1024


def leads_through_a_link(path: str, links: Container[str]) -> bool:
    """Whether the path is a link, or in a folder that is one, before any link is followed."""
    parts = path.split("/")
    return any("/".join(parts[:count]) in links for count in range(1, len(parts) + 1))


def resolve(path: str, targets: Mapping[str, str]) -> str:
    """The file or folder that the path means. Raises what `follow` raises."""
    return follow(path, targets)[-1] if targets and leads_through_a_link(path, targets) else path


def follow(path: str, targets: Mapping[str, str]) -> list[str]:
    """The links that are passed on the way that `path` says, then where it ends; "" is the repository's top.

    `targets` has every link's text.

    Raises PathUnsafe, naming the link, when it leads out of the repository or round in a circle.
    """
    passed: list[str] = []
    behind: list[str] = []
    ahead = path.split("/")[::-1]
    while ahead:
        part = ahead.pop()
        if part == ".." and not behind:
            raise _unsafe([*passed, path][0], targets)
        if part == "..":
            behind.pop()
        elif part not in {"", "."}:
            behind.append(part)
        here = "/".join(behind)
        if part != ".." and here in targets:
            passed.append(here)
            if len(passed) > _MAX_LINKS or targets[here].startswith("/"):
                raise _unsafe(passed[0], targets)
            behind.pop()
            ahead += targets[here].split("/")[::-1]
    return [*passed, "/".join(behind)]


def _unsafe(path: str, targets: Mapping[str, str]) -> PathUnsafe:
    return PathUnsafe(f"the link {path} -> {targets[path]!r} leads out of the repository or round in a circle")
