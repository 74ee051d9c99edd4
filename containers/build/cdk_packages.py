"""What an AWS CDK app asks for, installed where it looks for it."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deployer.errors import BuildFailed
from deployer.log_text import clean
from node_manifest import dependencies, has_lock
from python_requirements import requirements_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_VENV: Final = ".venv"  # the name that `cdk init` gives it, and that some apps run Python by
_PYTHON: Final = re.compile(r"python(?:\d(?:\.\d+)?)?")
# What `cdk init` asks for, for an app that says nothing.
_DEFAULT_PACKAGES: Final = ("aws-cdk-lib>=2,<3", "constructs>=10,<11")
# Folders that hold no function of the app.
_NOT_OURS: Final = frozenset({"node_modules", "cdk.out"})
_MAX_FOLDERS: Final = 20
_OUT_OF_STEP: Final = ("in sync", "ERESOLVE")
_MAX_REASON_BYTES: Final = 1500


def install(root: Path, command: str, scratch: Path, environment: Mapping[str, str]) -> list[str]:
    """Warnings. The app in `root`, which is run by `command`, then finds its packages. Raises BuildFailed."""
    if _PYTHON.fullmatch(posixpath.basename(command.split(maxsplit=1)[0])):
        return _install_python(root, scratch, environment)
    return _install_node(root, environment) if (root / "package.json").is_file() else []


def install_functions(top: Path, root: Path, environment: Mapping[str, str]) -> list[str]:
    """Warnings. Folders with a package.json of their own, such as functions, have their packages beside it.

    The CDK takes a folder as it is, and bundles against what lies there: whoever wrote the app has installed it.
    """
    folders = [folder for folder in _with_manifest(top) if folder != root and _needs_packages(folder)]
    return [each for folder in folders[:_MAX_FOLDERS] for each in _install_function(folder, top, environment)]


def _with_manifest(top: Path) -> Iterator[Path]:
    for parent, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in _NOT_OURS and not name.startswith("."))
        if "package.json" in files:
            yield Path(parent)


def _needs_packages(folder: Path) -> bool:
    try:
        return bool(dependencies(folder / "package.json")) and not (folder / "node_modules").exists()
    except (BuildFailed, OSError):
        return False


def _install_function(folder: Path, top: Path, environment: Mapping[str, str]) -> list[str]:
    name = folder.relative_to(top).as_posix()
    command = ["npm", "ci" if has_lock(folder) else "install", "--omit=dev"]
    done = _run(folder, command, environment)
    if done.returncode == 0:
        return [f"installed the packages of {name}"]
    return [f"{name}: {_failed(command, done).message}"]


def _install_python(root: Path, scratch: Path, environment: Mapping[str, str]) -> list[str]:
    if not (root / _VENV / "bin" / "python").is_file():
        _succeed(root, ["uv", "venv", "--quiet", _VENV], environment)
    install_into = ["uv", "pip", "install", "--quiet", "--python", _VENV]
    _succeed(root, [*install_into, *_asked_for(root, scratch)], environment)
    _compile_library(root, environment)
    return []


def _compile_library(root: Path, environment: Mapping[str, str]) -> None:
    """The CDK's library is 150 MB of Python: compiled here, by every processor, it has its memory before the app.

    Compiled while it is imported, it would take 400 MB more at the time when Node.js holds the most.
    """
    for library in root.glob(f"{_VENV}/lib/python*/site-packages/aws_cdk"):
        _run(root, [f"{_VENV}/bin/python", "-m", "compileall", "-q", "-j", "0", str(library)], environment)


def _asked_for(root: Path, scratch: Path) -> list[str]:
    """Arguments of `pip install`."""
    requirements = requirements_file(root, root, scratch, f"{sys.version_info.major}.{sys.version_info.minor}")
    if requirements.read_text(errors="replace").strip():
        return ["-r", str(requirements)]
    return ["."] if (root / "setup.py").is_file() else list(_DEFAULT_PACKAGES)


def _install_node(root: Path, environment: Mapping[str, str]) -> list[str]:
    """Exactly what a lock file says, or the newest that package.json allows; development tools run the app."""
    if not has_lock(root):
        return _install_by_manifest(root, environment)
    done = _run(root, ["npm", "ci", "--include=dev"], environment)
    if done.returncode == 0:
        return []
    if not any(sign in done.stderr for sign in _OUT_OF_STEP):
        raise _failed(["npm", "ci"], done)
    told = _install_by_manifest(root, environment)
    return ["package-lock.json does not match package.json: installed by package.json", *told]


def _install_by_manifest(root: Path, environment: Mapping[str, str]) -> list[str]:
    command = ["npm", "install", "--include=dev"]
    done = _run(root, command, environment)
    if done.returncode == 0:
        return []
    if "ERESOLVE" not in done.stderr:
        raise _failed(command, done)
    _succeed(root, [*command, "--legacy-peer-deps"], environment)
    return ["packages disagree about each other's versions: installed with --legacy-peer-deps"]


def _succeed(root: Path, command: Sequence[str], environment: Mapping[str, str]) -> None:
    done = _run(root, command, environment)
    if done.returncode != 0:
        raise _failed(command, done)


def _run(root: Path, command: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=root, env=environment, capture_output=True, text=True, errors="replace", check=False
    )


def _failed(command: Sequence[str], done: subprocess.CompletedProcess[str]) -> BuildFailed:
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    said = "\n".join(line.removeprefix("npm error ") for line in lines[:20])
    return BuildFailed(f"{' '.join(command[:2])}: {clean(said, _MAX_REASON_BYTES)}")
