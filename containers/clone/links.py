"""Symbolic links of a tree: where each leads, worked out on names alone, as a file system would follow it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.errors import PathUnsafe

if TYPE_CHECKING:
    from collections.abc import Mapping

_MAX_STEPS: Final = 40  # Linux gives up after as many (path_resolution(7))
MAX_TARGET_BYTES: Final = 1024


def follow(path: str, targets: Mapping[str, str]) -> str:
    """The path that the link at `path` leads to, "" for the repository's top; `targets` has every link's text.

    Raises PathUnsafe, naming the link, when it leads out of the repository or round in a circle.
    """
    ahead = path.split("/")[::-1]
    behind: list[str] = []
    steps = 0
    while ahead:
        part = ahead.pop()
        if part == "..":
            if not behind:
                raise _unsafe(path, targets)
            behind.pop()
        elif part not in {"", "."}:
            behind.append(part)
            target = targets.get("/".join(behind))
            if target is not None:
                steps += 1
                if steps > _MAX_STEPS or target.startswith("/") or "\0" in target:
                    raise _unsafe(path, targets)
                behind.pop()
                ahead += target.split("/")[::-1]
    return "/".join(behind)


def _unsafe(path: str, targets: Mapping[str, str]) -> PathUnsafe:
    return PathUnsafe(f"the link {path} -> {targets[path]!r} leads out of the repository or round in a circle")
