"""How esbuild is asked to bundle a function."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Set

_SUFFIXES: Final = (".ts", ".mts", ".cts", ".tsx", ".js", ".mjs", ".cjs", ".jsx")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_OLDEST_WITH_SDK_3: Final = 18
# SAM's own properties, which are none of esbuild's.
_NOT_ESBUILD: Final = frozenset({"use_npm_ci", "keep_dependencies"})


def bundle_options(
    given: dict[str, Any], handler: str, runtime: str, dependencies: Set[str], has_file: Callable[[str], bool]
) -> dict[str, Any]:
    """BuildProperties in the spelling of aws-lambda-builders, completed so that the handler is where Lambda looks.

    Source of the names: SAM developer guide, "Building Node.js Lambda functions with esbuild".
    """
    options: dict[str, Any] = {_snake(key): _value(value) for key, value in given.items()}
    options = {key: value for key, value in options.items() if key not in _NOT_ESBUILD}
    options.setdefault("entry_points", _entry_points(handler, has_file))
    options.setdefault("target", f"node{_major(runtime)}")
    options.setdefault("external", _from_the_runtime(runtime, dependencies))
    options.setdefault("minify", False)  # a stack trace should be readable
    if _keeps_folders(options["entry_points"], handler):
        options.setdefault("outbase", ".")
    return options


def _snake(name: str) -> str:
    return _CAPITAL.sub("_", name).lower()


def _value(value: object) -> object:
    """Booleans may be written as texts; numbers are none of esbuild's."""
    if isinstance(value, str) and value.lower() in {"true", "false"}:
        return value.lower() == "true"
    return (
        [str(item) for item in value]
        if isinstance(value, list)
        else value
        if isinstance(value, bool)
        else str(value)
    )


def _module(handler: str) -> str:
    return posixpath.normpath(handler.rpartition(".")[0] or handler)


def _entry_points(handler: str, has_file: Callable[[str], bool]) -> list[str]:
    module = _module(handler)
    return [next((module + suffix for suffix in _SUFFIXES if has_file(module + suffix)), module)]


def _major(runtime: str) -> str:
    digits = re.search(r"\d+", runtime)
    return digits[0] if digits else "20"


def _from_the_runtime(runtime: str, dependencies: Set[str]) -> list[str]:
    """The AWS SDK that Lambda brings, unless the project brings its own."""
    has_sdk_3 = int(_major(runtime)) >= _OLDEST_WITH_SDK_3
    if any(name.startswith("@aws-sdk/" if has_sdk_3 else "aws-sdk") for name in dependencies):
        return []
    return ["@aws-sdk/*", "@smithy/*"] if has_sdk_3 else ["aws-sdk"]


def _keeps_folders(entry_points: list[str], handler: str) -> bool:
    """esbuild drops the folder that all entry points share: it must not when the handler names that folder."""
    modules = [posixpath.splitext(posixpath.normpath(point))[0] for point in entry_points]
    return _module(handler) in modules and "/" in _module(handler)
