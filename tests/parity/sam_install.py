"""The other tool, installed once into .local/sam, in an environment of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supply.environment import bin_folder
from supply.parts import APART, lock_of

if TYPE_CHECKING:
    from pathlib import Path


def program() -> Path:
    """`sam` of the pinned version. Raises ProgramMissing when it cannot be installed."""
    return bin_folder("sam", lock_of(APART["sam"])) / "sam"
