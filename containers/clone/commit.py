"""One commit of a repository, and the names of the files in it. Their contents stay where they are."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, cast

from deployer.errors import CommitNotFound, RepositoryTooLarge
from tree import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

    from git_client import GitClient
    from tree import TreeEntry


class Commit:
    """Exactly that commit, with its trees, without its history and its blobs.

    Raises CommitNotFound when the host does not give it, or when the id is that of something else.
    """

    def __init__(self, git: GitClient, commit: str, max_files: int) -> None:
        self._git = git
        self._commit = commit
        self._max_files = max_files
        git.fetch([commit], "--depth=1")
        if git.run("cat-file", "-t", commit).strip() != b"commit":
            raise CommitNotFound(f"{commit} is not a commit")

    def files(self, paths: Iterable[str] = ()) -> list[TreeEntry]:
        """Every file, or those below the paths; "" is the top.

        Raises RepositoryTooLarge when there are more than allowed.
        """
        command = ["ls-tree", "-r", "-z", "--full-tree", self._commit, "--", *filter(None, paths)]
        with self._git.process(*command) as child:
            return list(read_tree(cast("IO[bytes]", child.stdout), self._max_files))

    def files_or_those_below(self, folder: str) -> tuple[list[TreeEntry], bool]:
        """Every file, and True; when they are too many, those below the folder, and False."""
        try:
            return self.files(), True
        except RepositoryTooLarge:
            if folder == "":
                raise
            return self.files([folder]), False
