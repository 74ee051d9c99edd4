"""deployer.removal: what strangers' programs leave can be removed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from deployer.removal import remove

if TYPE_CHECKING:
    from pathlib import Path


def test_deep_folder(tmp_path: Path) -> None:
    """A folder that is deeper than Python goes, and than a path may be long."""
    here = os.open(tmp_path, os.O_RDONLY)
    os.mkdir("top", dir_fd=here)
    below = os.open("top", os.O_RDONLY, dir_fd=here)
    for _ in range(2200):
        os.mkdir("d", dir_fd=below)
        deeper = os.open("d", os.O_RDONLY, dir_fd=below)
        os.close(below)
        below = deeper
    os.close(below)
    os.close(here)

    remove(tmp_path / "top")

    assert list(tmp_path.iterdir()) == []


def test_what_may_not_be_written(tmp_path: Path) -> None:
    """Modes do not keep it; a link is removed, not what it leads to."""
    (tmp_path / "outside").write_text("stays")
    inner = tmp_path / "top" / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").write_text("")
    (inner / "link").symlink_to(tmp_path / "outside")
    inner.chmod(0)
    inner.parent.chmod(0)

    remove(tmp_path / "top")

    assert [path.name for path in tmp_path.iterdir()] == ["outside"]
