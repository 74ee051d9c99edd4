"""Which of the names that are there was meant by one that is not."""

from __future__ import annotations

import difflib
import posixpath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

_MAX_NAMES: Final = 5000
_MAX_CHARACTERS: Final = 200
_MAX_TOLD: Final = 3
_CUTOFF: Final = 0.75


def near(name: str, names: Iterable[str]) -> list[str]:
    """At most three, the likest first, whatever the letter case: `Src` and `scr` are both near `src`.

    Hostile names cost little: long ones, and more than 5,000, are compared by letter case alone.
    """
    folded = name.casefold()
    by_folded = {each.casefold(): each for each in names if each}
    if folded in by_folded:
        return [by_folded[folded]]
    short = [each for each in by_folded if len(each) <= _MAX_CHARACTERS]
    if len(short) > _MAX_NAMES or len(name) > _MAX_CHARACTERS:
        return []
    return [by_folded[each] for each in difflib.get_close_matches(folded, short, n=_MAX_TOLD, cutoff=_CUTOFF)]


def near_path(path: str, paths: Collection[str]) -> list[str]:
    """The same for a path: in other letter case, else beside where it would be, else elsewhere by that name."""
    folded = path.casefold()
    same = [each for each in paths if each.casefold() == folded]
    if same:
        return sorted(same)[:_MAX_TOLD]
    folder, name = posixpath.split(path)
    beside = near(name, [posixpath.basename(each) for each in paths if posixpath.dirname(each) == folder])
    return [posixpath.join(folder, each) for each in beside] or _elsewhere(name, paths)


def _elsewhere(name: str, paths: Iterable[str]) -> list[str]:
    found = [each for each in paths if posixpath.basename(each) == name]
    return sorted(found, key=lambda each: (each.count("/"), each))[:_MAX_TOLD]


def did_you_mean(names: Collection[str]) -> str:
    """`; did you mean src, lib?`; "" for no name."""
    return f"; did you mean {', '.join(names)}?" if names else ""
