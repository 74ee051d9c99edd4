"""The project's files as one build sees them: its own folder to change as it likes, with what lies around it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def lay_out(project: Path, folder: str, view: Path) -> Path:
    """The build's own folder in `view`, which becomes a copy of `project`: `../shared` is where it was.

    Files in the build's own folder are copies. Those around it are hard links, for all builds of the project to
    share: to be replaced, not to be written into.
    """
    own = project / folder

    def put(origin: str, target: str) -> None:
        if own in Path(origin).parents:
            shutil.copy2(origin, target)
        else:
            os.link(origin, target)

    shutil.copytree(project, view, symlinks=True, copy_function=put)
    return view / folder


def replace_text(path: Path, text: str) -> None:
    """The file has this text, and is nobody else's any more."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")
