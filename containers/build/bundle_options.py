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
_SWITCHES: Final = {"true": True, "false": False}  # also written as texts
# Source: esbuild API, each option's form on the command line.
_LISTS: Final = frozenset(
    {"entry_points", "external", "loader", "out_extension", "inject", "define", "banner", "footer"}
)
_JOINED: Final = frozenset({"main_fields", "resolve_extensions", "conditions", "target", "drop_labels"})
_TEXTS: Final = _LISTS | _JOINED
_ON_BY_ITSELF: Final = frozenset({"sources_content", "tree_shaking"})


def bundle_options(
    given: dict[str, Any], handler: str, runtime: str, dependencies: Set[str], has_file: Callable[[str], bool]
) -> dict[str, Any]:
    """BuildProperties in the spelling of aws-lambda-builders, completed so that the handler is where Lambda looks.

    Source of the names: SAM developer guide, "Building Node.js Lambda functions with esbuild".
    """
    options: dict[str, Any] = {_snake(key): _option(_snake(key), value) for key, value in given.items()}
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


def _option(name: str, value: object) -> object:
    """In one of the three forms that aws-lambda-builders takes: a switch, a text, or a list of texts."""
    if isinstance(value, dict):
        return [f"{key}={each}" for key, each in value.items()]
    if isinstance(value, list):
        texts = [str(each) for each in value]
        return ",".join(texts) if name in _JOINED else texts
    switch = value if isinstance(value, bool) else _SWITCHES.get(str(value).lower())
    if switch is None or name in _TEXTS:
        return [str(value)] if name in _LISTS else str(value)
    return "false" if switch is False and name in _ON_BY_ITSELF else switch


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
