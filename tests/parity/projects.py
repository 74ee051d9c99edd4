"""The projects of a bare repository that are compared, and one of them as files."""

from __future__ import annotations

import io
import json
import posixpath
import re
import subprocess
import tarfile
from typing import TYPE_CHECKING, Final

from tests.benchmarks.detection import BareRepository, detected, expected, manifest_of
from tests.parity.run import Project

from deployer.project.project import ProjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_RANGE: Final = re.compile(r"(.)\.\.(.)")
_RUNTIME: Final = re.compile(r"""["']?(?:Runtime|BuildMethod)["']?\s*:\s*["']?([\w.]+)""")
_BUILT_HERE: Final = ("python", "nodejs", "esbuild", "makefile")
_LABEL: Final = "example-pattern.json"
_TEMPLATE: Final = (".yaml", ".yml", ".json", ".template")
_KINDS: Final = frozenset({ProjectKind.SAM.value, ProjectKind.CLOUDFORMATION.value})


def commit_of(bare: Path) -> str:
    command = ["git", "-C", str(bare), "rev-parse", "HEAD"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def chosen(repository: str, bare: Path, folders: Iterable[str], every: int) -> list[Project]:
    """Those named; for `a..l` every SAM and CloudFormation project with Python, Node.js or no functions."""
    wanted = list(folders)
    ranges = [match.groups() for match in map(_RANGE.fullmatch, wanted) if match]
    named = [each for each in wanted if not _RANGE.fullmatch(each)]
    found = [root for first, last in ranges for root in _comparable(BareRepository(str(bare)), first, last)]
    commit = commit_of(bare)
    roots = dict.fromkeys([*named, *sorted(found)[::every]])
    return [Project(repository=repository, commit=commit, root=root) for root in roots]


def _comparable(repository: BareRepository, first: str, last: str) -> Iterator[str]:
    labels = [path for path in repository.modes if posixpath.basename(path) == _LABEL]
    for root in map(posixpath.dirname, labels):
        if root and first <= root[0].casefold() <= last and _is_comparable(repository, root):
            yield root


def _is_comparable(repository: BareRepository, root: str) -> bool:
    """By what it is labelled or detected as."""
    text = repository.texts([f"{root}/{_LABEL}"])[f"{root}/{_LABEL}"]
    kinds = {_labelled(text), detected(manifest_of(repository, root), root)[0]}
    if not kinds & _KINDS:
        return False
    templates = [path for path in repository.below(root) if path.endswith(_TEMPLATE)]
    return all(is_built_here(each) for each in repository.texts(templates).values())


def _labelled(text: str) -> str:
    try:
        return expected(str(json.loads(text)["framework"]))
    except (ValueError, KeyError):
        return ""


def is_built_here(text: str) -> bool:
    """Whether each runtime in a template is Python's or Node's."""
    return all(runtime.casefold().startswith(_BUILT_HERE) for runtime in _RUNTIME.findall(text))


def check_out(bare: Path, project: Project, target: Path) -> Path:
    """The project's folder below `target`, with whatever else its top folder has."""
    top = project.root.partition("/")[0] or "."
    command = ["git", "-C", str(bare), "archive", "--format=tar", project.commit, "--", top]
    answer = subprocess.run(command, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(answer)) as archive:
        archive.extractall(target, filter="tar")
    return target / project.root
