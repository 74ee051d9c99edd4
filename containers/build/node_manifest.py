"""A Node.js project's package.json, made acceptable to npm in the build's own copy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import BuildFailed
from source_view import replace_text

if TYPE_CHECKING:
    from pathlib import Path

# `npm pack` refuses a project without them; they do not reach the function.
_DEFAULTS: Final = {"name": "function", "version": "1.0.0"}


def repair(manifest: Path) -> None:
    """The manifest has a name and a version, and its own esbuild is installed with what the function needs.

    Nothing is changed that is there. Raises BuildFailed when it is no JSON object.
    """
    package = read(manifest)
    repaired = {**package, **{key: value for key, value in _DEFAULTS.items() if not package.get(key)}}
    bundler = _map(package.get("devDependencies")).get("esbuild")
    if bundler is not None:
        repaired["dependencies"] = {"esbuild": bundler, **_map(package.get("dependencies"))}
    if repaired != package:
        replace_text(manifest, json.dumps(repaired))


def read(manifest: Path) -> dict[str, Any]:
    try:
        package = json.loads(manifest.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise BuildFailed(f"package.json is not JSON: {error}") from error
    if not isinstance(package, dict):
        raise BuildFailed("package.json is not a JSON object")
    return package


def dependencies(manifest: Path) -> set[str]:
    """The names that are installed for the function itself."""
    return set(_map(read(manifest).get("dependencies"))) if manifest.is_file() else set()


def has_lock(source: Path) -> bool:
    return any((source / name).is_file() for name in ("package-lock.json", "npm-shrinkwrap.json"))


def _map(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
