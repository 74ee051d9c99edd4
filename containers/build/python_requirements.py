"""What a Python project asks for, as a requirements file: the one manifest that every target can be built from.

uv installs for another interpreter than the one it runs under only from such a file.
"""

from __future__ import annotations

import subprocess
import tomllib
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import BuildFailed

if TYPE_CHECKING:
    from pathlib import Path

_EXPORT: Final = (
    "uv export --frozen --quiet --format requirements.txt --no-emit-project --no-hashes --no-default-groups"
)


def requirements_file(source: Path, scratch: Path) -> Path | None:
    """The project's own requirements.txt, or one made in `scratch` from its lock file or pyproject.toml.

    None when it asks for nothing. Raises BuildFailed when its files cannot be read.
    """
    own = source / "requirements.txt"
    if own.is_file():
        return own
    lines = _locked_by_uv(source) or _locked_by_poetry(source) or _declared(source)
    if not lines:
        return None
    made = scratch / "requirements.txt"
    made.write_text("\n".join(lines) + "\n")
    return made


def _locked_by_uv(source: Path) -> list[str]:
    if not (source / "uv.lock").is_file():
        return []
    done = subprocess.run(_EXPORT.split(), cwd=source, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"uv.lock cannot be read: {done.stderr.strip()}")
    return done.stdout.splitlines()


def _locked_by_poetry(source: Path) -> list[str]:
    """Poetry writes which packages belong to the main group; before 2.0 it did not, and all are taken."""
    packages = _read(source / "poetry.lock").get("package", [])
    wanted = [package for package in packages if "main" in package.get("groups", ["main"])]
    return [_pinned(package) for package in wanted if not package.get("optional", False)]


def _pinned(package: dict[str, Any]) -> str:
    marker = package.get("markers")
    marker = marker.get("main") if isinstance(marker, dict) else marker
    return f"{package['name']}=={package['version']}" + (f" ; {marker}" if marker else "")


def _declared(source: Path) -> list[str]:
    pyproject = _read(source / "pyproject.toml")
    if "project" not in pyproject and pyproject.get("tool", {}).get("poetry", {}).get("dependencies"):
        raise BuildFailed("pyproject.toml names its dependencies for Poetry alone: commit poetry.lock")
    return [str(line) for line in pyproject.get("project", {}).get("dependencies", [])]


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildFailed(f"{path.name} cannot be read: {error}") from error
