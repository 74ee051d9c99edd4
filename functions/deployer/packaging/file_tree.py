"""The repository's files and folders, by their names alone."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from deployer.errors import SourceMissing

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from deployer.packaging.local_path import LocalPath


class FileTree:
    """Paths are relative to the top of the repository, "" for the top itself."""

    def __init__(self, files: Collection[str]) -> None:
        self._files = frozenset(files)
        self._below: dict[str, set[str]] = {"": set()}
        for file in self._files:
            self._add(file)

    def _add(self, file: str) -> None:
        """Make it known as a child of its folder, and that of the next one, up to the first that is known."""
        child, is_new = file, True
        while child and is_new:
            folder, name = posixpath.split(child)
            is_new = folder not in self._below
            self._below.setdefault(folder, set()).add(name)
            child = folder

    def has_file(self, path: str) -> bool:
        return path in self._files

    def names_in(self, folder: str) -> set[str]:
        """The files and folders directly in a folder."""
        return self._below.get(folder, set())

    def check(self, paths: Iterable[LocalPath]) -> None:
        """Raises SourceMissing that lists every path that is not there."""
        missing = [path for path in paths if path.path not in self._files and path.path not in self._below]
        if missing:
            raise SourceMissing("; ".join(map(self._missing, missing)))

    def _missing(self, path: LocalPath) -> str:
        folded = path.path.casefold()
        near = sorted(each for each in self._files | self._below.keys() if each.casefold() == folded)
        hint = f"; there is {', '.join(near)}, in other letter case" if near else ""
        return f"{path.name} names {path.path}, which is not in the repository{hint}"
