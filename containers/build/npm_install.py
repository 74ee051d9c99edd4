"""A Node.js project's packages, installed where it lies: with its workspace, and the local packages around it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import BuildFailed, PathUnsafe
from node_manifest import has_lock, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOCAL: Final = ("file:", "link:", "./", "../")
_OTHER_LOCKS: Final = ("yarn.lock", "pnpm-lock.yaml", "bun.lock")
NOT_IN_SYNC: Final = "package-lock.json does not match package.json: installed by package.json"


def workspace_of(source: Path, project: Path) -> Path | None:
    """The folder above, not above `project`, whose package.json counts this one among its workspaces.

    Source: npm documentation, "workspaces".
    """
    above = [folder for folder in source.parents if folder.is_relative_to(project)]
    return next((folder for folder in above if source in _members(folder)), None)


def _members(folder: Path) -> Iterator[Path]:
    manifest = folder / "package.json"
    named = read(manifest).get("workspaces") if manifest.is_file() else None
    patterns = named.get("packages") if isinstance(named, dict) else named
    for pattern in patterns if isinstance(patterns, list) else []:
        if isinstance(pattern, str) and pattern.strip("./") and not pattern.startswith(("!", "/")):
            yield from folder.glob(pattern.removeprefix("./").rstrip("/"))


def has_local_packages(source: Path) -> bool:
    """Whether the function depends on a folder."""
    manifest = source / "package.json"
    wanted = read(manifest).get("dependencies") if manifest.is_file() else None
    specifications = wanted.values() if isinstance(wanted, dict) else ()
    return any(isinstance(each, str) and each.startswith(_LOCAL) for each in specifications)


def install(source: Path, home: Path) -> list[str]:
    """What is to be told. `home` is the workspace, or the source itself. Raises BuildFailed with npm's reason."""
    warnings = other_locks(home)
    member = [f"--workspace={source.relative_to(home).as_posix()}"] if home != source else []
    said = _npm(home, "ci" if has_lock(home) else "install", member)
    if said is not None and "in sync" in said:
        warnings.append(NOT_IN_SYNC)
        said = _npm(home, "install", member)
    if said is not None:
        raise BuildFailed(f"NPM Failed: {said}")
    return warnings


def other_locks(home: Path) -> list[str]:
    """Which lock files are there that are not npm's, where none of npm's is."""
    found = [name for name in _OTHER_LOCKS if (home / name).is_file()]
    return [] if has_lock(home) else [f"{name} is not read: only npm's package-lock.json is" for name in found]


def _npm(home: Path, verb: str, arguments: list[str]) -> str | None:
    """What it says when it fails."""
    command = ["npm", verb, "--quiet", "--omit=dev", "--no-save", *arguments]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr.strip()


def gather(source: Path, home: Path, project: Path, artifacts: Path) -> None:
    """What was installed lies in `artifacts`, where a link to a package became that package.

    Raises PathUnsafe for a link that leads out of the project.
    """
    for folder in dict.fromkeys((home, source)):
        for package in _packages(folder / "node_modules"):
            target = artifacts / package.relative_to(folder)
            if package.resolve() != source.resolve():
                _copy(package, target, project)


def _packages(modules: Path) -> Iterator[Path]:
    for path in sorted(modules.iterdir()) if modules.is_dir() else ():
        is_scope = path.name.startswith("@") and not path.is_symlink()
        yield from sorted(path.iterdir()) if is_scope else (path,)


def _copy(package: Path, target: Path, project: Path) -> None:
    if not package.resolve().is_relative_to(project.resolve()):
        raise PathUnsafe(f"the link {package.name} in node_modules leads out of the project")
    if target.is_dir():
        shutil.rmtree(target)  # the function's own version, in place of its workspace's
    if package.is_dir():
        shutil.copytree(package.resolve(), target, symlinks=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(package, target)


def install_scripts(home: Path) -> list[str]:
    """Installed packages with an install script, which was not run, by npm's own record."""
    record = home / "node_modules" / ".package-lock.json"
    packages = _map(read(record).get("packages")) if record.is_file() else {}
    return sorted(
        name.rpartition("node_modules/")[2]
        for name, package in packages.items()
        if _map(package).get("hasInstallScript") and not name.endswith("/esbuild")
    )


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
