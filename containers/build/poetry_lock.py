"""Poetry's lock file, written as a requirements file.

Source: the lock file's own fields, as Poetry 1.0 to 2.x write them, and poetry-plugin-export.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import BuildFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAIN: Final = "main"
_SEPARATORS: Final = re.compile(r"[-_.]+")


def export(lock: dict[str, Any], pyproject: dict[str, Any]) -> list[str]:
    """The main group's packages, pinned, with hashes and markers; private indexes first.

    Raises BuildFailed for a package from a place that a build cannot reach.
    """
    packages = [package for package in _list(lock.get("package")) if isinstance(package, dict)]
    wanted = [package for package in _wanted(packages, pyproject) if not package.get("optional", False)]
    lines = [_line(package, lock) for package in wanted]
    return [*dict.fromkeys(_indexes(wanted)), *lines]


def _wanted(packages: list[dict[str, Any]], pyproject: dict[str, Any]) -> list[dict[str, Any]]:
    """Before 1.5 Poetry wrote each package's category, since 2.0 it writes its groups; in between, neither."""
    if any("groups" in package or "category" in package for package in packages):
        return [each for each in packages if _MAIN in each.get("groups", [each.get("category", _MAIN)])]
    roots = [_name(name) for name in _asked(pyproject)]
    return _reached(packages, roots) if roots else packages


def _asked(pyproject: dict[str, Any]) -> Iterator[str]:
    """The names of what the project itself depends on."""
    yield from pyproject.get("tool", {}).get("poetry", {}).get("dependencies", {})
    for line in pyproject.get("project", {}).get("dependencies", []):
        yield re.split(r"[^\w.-]", str(line), maxsplit=1)[0]


def _reached(packages: list[dict[str, Any]], roots: list[str]) -> list[dict[str, Any]]:
    dependencies = {
        _name(each["name"]): [_name(name) for name in each.get("dependencies", {})] for each in packages
    }
    waiting, reached = list(roots), set[str]()
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += dependencies.get(name, [])
    return [package for package in packages if _name(package["name"]) in reached]


def _name(name: str) -> str:
    """Source: packaging specification, "Names and normalization"."""
    return _SEPARATORS.sub("-", name).lower()


def _line(package: dict[str, Any], lock: dict[str, Any]) -> str:
    marker = package.get("markers")
    marker = marker.get(_MAIN) if isinstance(marker, dict) else marker
    return _place(package) + (f" ; {marker}" if marker else "") + _hashes(package, lock)


def _place(package: dict[str, Any]) -> str:
    """What is locked comes from where it was locked, never from another place by the same name."""
    name, source = package["name"], package.get("source", {})
    kind, url = source.get("type", "legacy"), source.get("url", "")
    if kind in {"legacy", "pypi"}:
        return f"{name}=={package['version']}"
    if kind == "git":
        folder = f"#subdirectory={source['subdirectory']}" if source.get("subdirectory") else ""
        return f"{name} @ git+{url}@{source.get('resolved_reference', 'HEAD')}{folder}"
    if kind in {"directory", "file"}:
        return f"./{url}"
    if kind == "url":
        return f"{name} @ {url}"
    raise BuildFailed(f"poetry.lock has {name} from a source of type {kind}, which a build cannot reach")


def _hashes(package: dict[str, Any], lock: dict[str, Any]) -> str:
    if package.get("source", {}).get("type", "legacy") not in {"legacy", "pypi", "url"}:
        return ""
    old = lock.get("metadata", {}).get("files", {}).get(package["name"], [])
    files = package.get("files") or old
    return "".join(f" --hash={file['hash']}" for file in files)


def _indexes(packages: list[dict[str, Any]]) -> Iterator[str]:
    for package in packages:
        source = package.get("source", {})
        if source.get("type") == "legacy":
            yield f"--extra-index-url {source['url']}"


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
