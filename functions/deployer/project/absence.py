"""What to say where no project is: what is there instead."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from deployer.amounts import listed
from deployer.errors import HandlerNotFound, ProjectNotFound
from deployer.project.plain_lambda import without_handler, without_package

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.worker import Manifest


def name_of(folder: str) -> str:
    """For messages; "" is the repository's top."""
    return folder or "the repository's top"


def nothing_found(manifest: Manifest, root: str, paths: Iterable[str]) -> HandlerNotFound | ProjectNotFound:
    """The error for a root without a project in it or below, of which `paths` were read below."""
    folders = sorted({root, *(posixpath.dirname(path) for path in paths)})
    files = [path for folder in folders for path in without_handler(manifest["texts"], folder)]
    if files:
        return HandlerNotFound(
            f"there is no template, and no handler in {listed(files)}: "
            "export `handler` (Node.js), or define `lambda_handler(event, context)` (Python)"
        )
    lone = [path for folder in folders for path in without_package(manifest["texts"], folder)]
    if lone:
        return ProjectNotFound(f"there is no template, and no package.json beside the handler in {listed(lone)}")
    names = sorted(
        {_child(path, root) for path in manifest["files"] if path.startswith(f"{root}/" if root else "")}
    )
    return ProjectNotFound(f"there is no template and no Lambda handler among {listed(names)}")


def _child(path: str, root: str) -> str:
    """What of the root holds the path: `README.md`, `src/`."""
    name, slash, _ = path[len(root) + 1 if root else 0 :].partition("/")
    return name + slash
