"""The repository's files and folders, by their names alone."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from deployer.amounts import counted, listed
from deployer.errors import PathUnsafe, SourceMissing
from deployer.near_names import did_you_mean, near_path
from deployer.packaging.links import resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from deployer.packaging.local_path import LocalPath

_MAX_MISSING: Final = 10
_MAX_BESIDE: Final = 8
# Folders that Maven, Gradle, .NET, tsc, bundlers, Swift and `sam build` write to.
_BUILD_FOLDERS: Final = frozenset({"target", "build", "dist", "out", "bin", "publish", ".build", ".aws-sam"})


class FileTree:
    """Paths are relative to the top of the repository, "" for the top itself. `links` has the links' texts."""

    def __init__(self, files: Collection[str], links: Mapping[str, str]) -> None:
        self._files = frozenset(files)
        self._links = links
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

    def resolve(self, path: str) -> str:
        """The file or folder that a path means, through links. Raises PathUnsafe for one out of the repository."""
        return resolve(path, self._links)

    def has_file(self, path: str) -> bool:
        return self.resolve(path) in self._files

    def names_in(self, folder: str) -> set[str]:
        """The files and folders directly in a folder."""
        return self._below.get(self.resolve(folder), set())

    def check(self, paths: Iterable[LocalPath]) -> None:
        """Raises SourceMissing that lists the paths that are not there, with what may be meant; PathUnsafe."""
        missing = [path for path in paths if not self._is_there(path)]
        if missing:
            told = [self._missing(path) for path in missing[:_MAX_MISSING]]
            raise SourceMissing("; ".join([*told, *_more(len(missing) - len(told))]))

    def _is_there(self, path: LocalPath) -> bool:
        try:
            found = self.resolve(path.path)
        except PathUnsafe as error:
            raise PathUnsafe(f"{path.name} names {path.path}: {error.message}") from None
        return found in self._files or found in self._below

    def _missing(self, path: LocalPath) -> str:
        names = f"{path.name} names {path.path}, which is not in the repository"
        found = near_path(path.path, self._files | self._below.keys())
        if found and found[0].casefold() == path.path.casefold():
            return f"{names}: letter case counts{did_you_mean(found)}"
        folder = self._nearest(path.path)
        return names + (did_you_mean(found) or self._beside(folder)) + _left_by_a_build(path.path, folder)

    def _nearest(self, path: str) -> str:
        """The last folder on the way to a path that is there."""
        folder = posixpath.dirname(path)
        while folder not in self._below:
            folder = posixpath.dirname(folder)
        return folder

    def _beside(self, folder: str) -> str:
        names = listed(sorted(self.names_in(folder)), _MAX_BESIDE)
        return f"; {folder or 'the top'} holds {names}" if names else ""


def _left_by_a_build(path: str, folder: str) -> str:
    """Whether what is missing below a folder has the name of what builds make."""
    parts = path.removeprefix(folder).split("/")
    if _BUILD_FOLDERS.isdisjoint(parts):
        return ""
    return "; it may be what the project's own build makes, which is not run here: commit it, or name its source"


def _more(count: int) -> list[str]:
    return [f"and {counted(count, 'more path')}"] if count else []
