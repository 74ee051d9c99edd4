"""What a deployment needs of a commit, and no more: the manifest, and the archive of the project's files.

Nothing is ever checked out. Contents go from git's object store straight into the archive: no tree, link,
attribute or hidden repository of a stranger is ever on a disk, and the cost grows with the project alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import IO, TYPE_CHECKING, Final

from blobs import Blobs, check_sizes
from commit import Commit
from deployer.amounts import counted, size
from deployer.errors import DeployerError
from deployer.packaging.archive import Entry, write_zip
from deployer.worker import SOURCE
from link_targets import LinkTargets
from project_files import find_project, project_paths
from selection import select
from texts import Texts
from tree import below

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from blobs import BlobReader
    from deployer.project.project import Project
    from deployer.worker import ClonePlan, Manifest
    from git_client import GitClient
    from lint import Linter
    from tree import TreeEntry

_POINTER: Final = b"version https://git-lfs.github.com/spec/v1"
_MAX_POINTER_BYTES: Final = 1024  # Git LFS specification: a pointer file is smaller than that


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """`archive` is None when the manifest alone already tells that there is nothing to deploy."""

    manifest: Manifest
    archive: Path | None


class Photographer:
    """Takes one snapshot into `folder`; `notes` gathers lines for people on the way."""

    def __init__(self, plan: ClonePlan, git: GitClient, linter: Linter, folder: Path, notes: list[str]) -> None:
        self._plan = plan
        self._linter = linter
        self._archive = folder / SOURCE
        self._notes = notes
        self._blobs = Blobs(git)
        self._commit = Commit(git, plan["commit"], plan["limits"]["maxFiles"])

    def take(self) -> Snapshot:
        """Raises a SourceError for what is wrong with the commit, its names, its links or its sizes."""
        entries, is_whole = self._commit.files_or_those_below(self._plan["projectRoot"])
        links = LinkTargets(entries, self._blobs)
        texts = Texts(entries, self._blobs, links)
        manifest = self._manifest(entries, texts)
        try:
            project = find_project(manifest, texts, self._plan)
            paths = project_paths(project, texts, self._plan["projectRoot"])
        except DeployerError:
            self._notes.append("no files were archived: the project cannot be deployed as it is")
            return Snapshot(manifest=manifest, archive=None)
        self._lint(manifest, project)
        if not is_whole:
            entries = self._files_of_large_repository(manifest, paths)
            links = LinkTargets(entries, self._blobs)
        self._write_archive(self._chosen(entries, paths, links))
        manifest["links"] = links.by_path if links.were_read else {}
        manifest["findings"] = self._linter.findings()
        return Snapshot(manifest=manifest, archive=self._archive)

    def _lint(self, manifest: Manifest, project: Project) -> None:
        text = manifest["texts"].get(project.template_path) if project.template_path else None
        if text is not None and project.template_path:
            self._linter.ask(text, project.template_path)

    def _manifest(self, entries: Sequence[TreeEntry], texts: Texts) -> Manifest:
        """Its texts are those that are read by the time it is looked at."""
        return {
            "commit": self._plan["commit"],
            "files": _modes(entries),
            "texts": texts.by_path,
            "oversized": texts.oversized,
            "findings": [],
        }

    def _files_of_large_repository(self, manifest: Manifest, paths: set[str]) -> list[TreeEntry]:
        self._notes.append("the repository has too many files: only those that the project needs were listed")
        entries = self._commit.files(paths)
        manifest["files"] = _modes(entries)
        return entries

    def _chosen(self, entries: Sequence[TreeEntry], paths: set[str], links: LinkTargets) -> list[TreeEntry]:
        """The files to archive, which are here then, and within the limits."""
        for entry in below(entries, paths):
            if entry.is_gitlink:
                self._notes.append(f"warning: the submodule {entry.path} is left out: submodules are not fetched")
        chosen = select(entries, paths, links)
        sizes = self._blobs.fetch(entry.oid for entry in chosen)
        check_sizes(chosen, sizes, self._plan["limits"])
        all_bytes = sum(sizes[entry.oid] for entry in chosen)
        self._notes.append(f"the project has {counted(len(chosen), 'file')}, {size(all_bytes)}")
        return chosen

    def _write_archive(self, chosen: list[TreeEntry]) -> None:
        with self._blobs.reader() as reader:
            write_zip(self._archive, [self._zip_entry(entry, reader) for entry in chosen])

    def _zip_entry(self, entry: TreeEntry, reader: BlobReader) -> Entry:
        opener = partial(self._open, entry, reader)
        return Entry(name=entry.path, open=opener, is_executable=entry.is_program, is_link=entry.is_link)

    def _open(self, entry: TreeEntry, reader: BlobReader) -> IO[bytes]:
        size = self._blobs.fetch([entry.oid])[entry.oid]
        if size >= _MAX_POINTER_BYTES:
            return reader.open(entry.oid)
        body = reader.read(entry.oid)
        if body.startswith(_POINTER):
            self._notes.append(f"warning: {entry.path} is in Git LFS, which is not fetched: its pointer is used")
        return BytesIO(body)


def _modes(entries: Sequence[TreeEntry]) -> dict[str, str]:
    return {entry.path: entry.mode for entry in entries}
