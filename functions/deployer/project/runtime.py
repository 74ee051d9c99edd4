"""The Lambda runtime of a plain project: the newest supported one that its own files allow."""

from __future__ import annotations

import json
import posixpath
import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import RuntimeUnsupported
from deployer.project.version_range import Series, allows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# AWS Lambda Developer Guide, "Lambda runtimes", "Supported runtimes": those not deprecated in November 2026.
NODE_SERIES: Final[tuple[Series, ...]] = ((24,), (22,))
PYTHON_SERIES: Final[tuple[Series, ...]] = ((3, 14), (3, 13), (3, 12), (3, 11))

# The names that `nvm` knows long-term support lines by (nodejs.org, "Previous releases").
_NODE_ALIASES: Final = {"lts/krypton": "24", "lts/jod": "22", "lts/iron": "20", "lts/hydrogen": "18"}
_VERSION: Final = re.compile(r"(?:v|cpython-|python-?)?(\d{1,3}(?:\.\d{1,3}){0,2})")


def node_runtime(texts: Mapping[str, str], folder: str) -> tuple[str, str]:
    """`nodejs24.x`, and the sentence that says why. `texts` are the repository's small files by path.

    Raises RuntimeUnsupported when the files ask for a version that Lambda does not run.
    """
    wanted = _first_wish(_node_wishes(texts, folder))
    series, reason = _newest(NODE_SERIES, wanted, "Node.js")
    return f"nodejs{series}.x", reason


def python_runtime(texts: Mapping[str, str], folder: str) -> tuple[str, str]:
    """The same for Python: `python3.14`."""
    wanted = _first_wish(_python_wishes(texts, folder))
    series, reason = _newest(PYTHON_SERIES, wanted, "Python")
    return f"python{series}", reason


def _first_wish(wishes: Iterator[tuple[str, str]]) -> tuple[str, str] | None:
    """The first file that says anything: its path (with the field), and the range."""
    return next(((place, text) for place, text in wishes if text), None)


def _newest(all_series: tuple[Series, ...], wanted: tuple[str, str] | None, language: str) -> tuple[str, str]:
    names = [".".join(map(str, series)) for series in all_series]
    if wanted is None:
        return names[0], f"no file names a {language} version: {names[0]} is the newest that Lambda runs"
    place, text = wanted
    for name, series in zip(names, all_series, strict=True):
        if allows(text, series):
            return name, f"{place} asks for {language} {text}"
    raise RuntimeUnsupported(f"{place} asks for {language} {text[:80]!r}; Lambda runs {', '.join(names)}")


def _node_wishes(texts: Mapping[str, str], folder: str) -> Iterator[tuple[str, str]]:
    package = posixpath.join(folder, "package.json")
    yield f"engines.node in {package}", _text(_table(_json(texts.get(package, "")), "engines"), "node")
    for name in (".nvmrc", ".node-version"):
        path = posixpath.join(folder, name)
        line = _first_line(texts.get(path, ""))
        yield path, _plain_version(_NODE_ALIASES.get(line.casefold(), line))


def _python_wishes(texts: Mapping[str, str], folder: str) -> Iterator[tuple[str, str]]:
    path = posixpath.join(folder, ".python-version")
    yield path, _plain_version(_first_line(texts.get(path, "")))
    project = posixpath.join(folder, "pyproject.toml")
    yield (
        f"requires-python in {project}",
        _text(_table(_toml(texts.get(project, "")), "project"), "requires-python"),
    )


def _first_line(text: str) -> str:
    lines = (line.split("#")[0].strip() for line in text[:2000].splitlines())
    return next((line for line in lines if line), "")


def _plain_version(text: str) -> str:
    """`v22.1.0` → `22.1.0`; "" for an alias such as `node` or `system`, which means any."""
    match = _VERSION.fullmatch(text)
    return match[1] if match else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _toml(text: str) -> Any:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return None


def _table(document: Any, name: str) -> Any:
    return document.get(name) if isinstance(document, dict) else None


def _text(table: Any, name: str) -> str:
    value = table.get(name) if isinstance(table, dict) else None
    return value.strip() if isinstance(value, str) else ""
