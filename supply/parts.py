"""The parts that ship, each with what it installs; and what only a developer's machine installs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
DEVELOPMENT: Final = ROOT / "requirements-dev.in"
SHIPPED: Final = {
    "functions": ROOT / "functions" / "requirements.in",
    "clone": ROOT / "containers" / "clone" / "requirements.in",
    "build": ROOT / "containers" / "build" / "requirements.in",
    "build-rust": ROOT / "containers" / "build" / "requirements-rust.in",
}
"""The Lambda bundle and the two images, by name."""
APART: Final = {
    "sam": ROOT / "tests" / "parity" / "requirements.in",
    "contract": ROOT / "tests" / "contract" / "requirements.in",
    "supply": ROOT / "supply" / "requirements.in",
}
"""Tools with an environment of their own."""
NPM: Final = ROOT / "containers" / "build" / "package-lock.json"


def lock_of(requirements: Path) -> Path:
    """The exact versions and hashes that the list was compiled to."""
    return requirements.with_suffix(".txt")
