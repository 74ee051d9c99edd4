"""What a repository says of its own use: the project's small JSON and YAML files, out of the source archive."""

from __future__ import annotations

import posixpath
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from deployer.aws.artifacts import source_key
from deployer.aws.worker_reports import read_report
from deployer.errors import ArtifactMissing, DeployerError, SanityTestsInvalid
from deployer.packaging.source_archive import SourceArchive
from deployer.project.manifest import MAX_MANIFEST_BYTES, SKIPPED_FOLDERS, folders_below, parse_manifest
from deployer.project.project import detect
from deployer.sanity.own_tests_file import NAMES as OWN_TESTS
from deployer.sanity.own_tests_file import named_events
from deployer.worker import MANIFEST, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from deployer.aws.artifacts import Artifacts

_SUFFIXES: Final = (".json", ".yaml", ".yml")
# Tools write these, and they are no examples of anything.
_NO_EXAMPLES: Final = frozenset({"package-lock.json", "package.json", "tsconfig.json"})
_TESTS_FOLDERS: Final = frozenset({"tests", "test", "__tests__"})  # a test's events are examples, too
_MAX_FILES: Final = 200
_MAX_FILE_BYTES: Final = 262_144
_MAX_SOURCE_BYTES: Final = 2 << 30


def project_files(artifacts: Artifacts, session_id: str, project_root: str) -> dict[str, str]:
    """Texts by their path in the project root. None when nothing was archived.

    The repository's own tests, then the others, those that lie least deep first. Where there are many, only so
    many of them; whatever the own tests name is among them.

    Raises the clone's error; SanityTestsInvalid when the repository's own tests cannot be read.
    """
    read_report(artifacts, session_id, "source")
    root = _detected_root(artifacts, session_id, project_root)
    with TemporaryDirectory() as folder:
        path = Path(folder, SOURCE)
        try:
            artifacts.download(source_key(session_id, SOURCE), path, _MAX_SOURCE_BYTES)
        except ArtifactMissing:
            return {}
        with SourceArchive.open(path) as source:
            return _texts(source, root)


def _detected_root(artifacts: Artifacts, session_id: str, project_root: str) -> str:
    """Where the project lies that is found there: it may be below."""
    manifest = parse_manifest(artifacts.get(source_key(session_id, MANIFEST), MAX_MANIFEST_BYTES))
    try:
        return detect(manifest, project_root, None).root
    except DeployerError:
        return project_root


def _texts(source: SourceArchive, root: str) -> dict[str, str]:
    start = len(root) + 1 if root else 0
    present = [path[start:] for path in source.names if _is_wanted(path, root)]
    own = dict(_readable(source, root, [path for path in present if path in OWN_TESTS]))
    return own | dict(_readable(source, root, _chosen([path for path in present if path not in own], own)))


def _chosen(present: list[str], own: Mapping[str, str]) -> list[str]:
    """So many that there is an end to it; nothing that the repository's own tests name is left out."""
    by_depth = sorted(present, key=lambda path: (path.count("/"), path))
    named = named_events(own)
    chosen = set(sorted(by_depth, key=lambda path: path not in named)[:_MAX_FILES])
    return [path for path in by_depth if path in chosen]


def _readable(source: SourceArchive, root: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    for path in paths:
        try:
            yield path, source.text(posixpath.join(root, path), _MAX_FILE_BYTES)
        except DeployerError as error:  # too long, or a link to nothing: no example
            if path in OWN_TESTS:
                raise SanityTestsInvalid(error.message) from error


def _is_wanted(path: str, root: str) -> bool:
    if root and not path.startswith(f"{root}/"):
        return False
    folders = folders_below(path, root)
    skipped = SKIPPED_FOLDERS - _TESTS_FOLDERS
    hidden = any(folder.startswith(".") or folder in skipped for folder in folders)
    name = posixpath.basename(path)
    return name.endswith(_SUFFIXES) and name not in _NO_EXAMPLES and not hidden
