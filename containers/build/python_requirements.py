"""What a Python project asks for, as a requirements file: the one manifest that every target can be built from.

uv installs for another interpreter than the one it runs under only from such a file.
"""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import BuildFailed
from poetry_lock import export

if TYPE_CHECKING:
    from pathlib import Path

_EXPORT: Final = "uv export --frozen --quiet --format requirements.txt --no-emit-project --no-default-groups"
_COMPILE: Final = "uv pip compile --quiet --no-header --no-annotate pyproject.toml"
_LOCAL: Final = re.compile(r"^(?:-e |--editable )?(?=\.{1,2}(?:/|$))", re.MULTILINE)


def requirements_file(source: Path, root: Path, scratch: Path, python: str) -> Path:
    """The project's own requirements.txt, or one made in `scratch` from its lock file or project file.

    A lock file of uv may lie above the project, up to `root`. `python` is the version that is built for.
    Raises BuildFailed when the project's files cannot be read.
    """
    own = source / "requirements.txt"
    if own.is_file():
        return own
    made = scratch / "requirements.txt"
    made.write_text("".join(f"{line}\n" for line in _lines(source, root, python)))
    return made


def _lines(source: Path, root: Path, python: str) -> list[str]:
    return (
        _locked_by_uv(source, root)
        or _locked_by_poetry(source)
        or _locked_by_pipenv(source)
        or _declared(source, python)
    )


def _locked_by_uv(source: Path, root: Path) -> list[str]:
    """Local packages are named from the folder of the lock file."""
    folders = [folder for folder in (source, *source.parents) if folder.is_relative_to(root)]
    home = next((folder for folder in folders if (folder / "uv.lock").is_file()), None)
    if home is None or not (source / "pyproject.toml").is_file():
        return []
    if home != source and "workspace" not in _tool(home / "pyproject.toml", "uv"):
        return []
    return _absolute(_output(_EXPORT, source, "uv.lock"), home)


def _absolute(text: str, home: Path) -> list[str]:
    return _LOCAL.sub(f"{home.as_posix()}/", text).splitlines()


def _locked_by_poetry(source: Path) -> list[str]:
    lines = export(_read(source / "poetry.lock"), _read(source / "pyproject.toml"))
    return _absolute("\n".join(lines), source)


def _locked_by_pipenv(source: Path) -> list[str]:
    """Source: Pipenv documentation, "Pipfile & Pipfile.lock"."""
    lock = source / "Pipfile.lock"
    if not lock.is_file():
        if (source / "Pipfile").is_file():
            raise BuildFailed("Pipfile names its dependencies for Pipenv alone: commit Pipfile.lock")
        return []
    try:
        packages = json.loads(lock.read_text()).get("default", {})
    except (ValueError, AttributeError) as error:
        raise BuildFailed(f"Pipfile.lock cannot be read: {error}") from error
    return [_pinned(name, package) for name, package in packages.items()]


def _pinned(name: str, package: dict[str, Any]) -> str:
    extras = f"[{','.join(package['extras'])}]" if package.get("extras") else ""
    marker = f" ; {package['markers']}" if package.get("markers") else ""
    if "version" not in package:
        raise BuildFailed(f"Pipfile.lock has {name} without a version: name it in a requirements.txt")
    return f"{name}{extras}{package['version']}{marker}" + "".join(
        f" --hash={h}" for h in package.get("hashes", [])
    )


def _declared(source: Path, python: str) -> list[str]:
    file = source / "pyproject.toml"
    project = _read(file).get("project", {})
    if not project and _tool(file, "poetry").get("dependencies"):
        raise BuildFailed("pyproject.toml names its dependencies for Poetry alone: commit poetry.lock")
    if "dependencies" in project.get("dynamic", []) or "sources" in _tool(file, "uv"):
        return _output(f"{_COMPILE} --python-version {python}", source, file.name).splitlines()
    return [str(line) for line in project.get("dependencies", [])]


def _output(command: str, source: Path, what: str) -> str:
    done = subprocess.run(command.split(), cwd=source, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise BuildFailed(f"{what} cannot be read: {done.stderr.strip()}")
    return done.stdout


def _tool(file: Path, name: str) -> dict[str, Any]:
    tool = _read(file).get("tool", {}).get(name, {})
    return tool if isinstance(tool, dict) else {}


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        return tomllib.loads(path.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BuildFailed(f"{path.name} cannot be read: {error}") from error
