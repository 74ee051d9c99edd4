"""Which method builds a function or a layer: decided from its runtime, its BuildMethod and the names of its files.

None is the method of what is zipped as it is.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from deployer.errors import RuntimeUnsupported

if TYPE_CHECKING:
    from collections.abc import Iterable

    from deployer.packaging.file_tree import FileTree

# What a BuildMethod begins with. AWS SAM lets a runtime stand for its method (workflow_config.py of aws-sam-cli).
_NAMED: Final = {
    "python": "python",
    "nodejs": "nodejs",
    "esbuild": "esbuild",
    "makefile": "makefile",
    "provided": "makefile",
    "go": "go",
    "rust": "rust",
}
_PYTHON_FILES: Final = frozenset(
    {"requirements.txt", "pyproject.toml", "uv.lock", "poetry.lock", "Pipfile", "Pipfile.lock"}
)
_TYPESCRIPT: Final = (".ts", ".mts", ".cts", ".tsx")
_MAKEFILES: Final = frozenset({"Makefile", "makefile", "GNUmakefile"})
# What a runtime's or a BuildMethod's name begins with, and what it is built with.
_MISSING: Final = {"java": "Java (Maven or Gradle)", "dotnet": ".NET", "ruby": "Ruby (Bundler)"}
# Files by which a custom runtime's source is known, and what it is built with.
_SOURCES: Final = {
    "pom.xml": "Java (Maven)",
    "build.gradle": "Java (Gradle)",
    "build.gradle.kts": "Java (Gradle)",
    ".csproj": ".NET",
    ".fsproj": ".NET",
    "Package.swift": "Swift",
    "CMakeLists.txt": "C++ (CMake)",
}
# What a compiler left: a folder that holds it is deployed as it is.
_COMPILED: Final = {"java": (".class", ".jar"), "dotnet": (".dll", ".deps.json")}


def named_method(logical_id: str, name: str) -> str:
    """The method that a BuildMethod names. Raises RuntimeUnsupported."""
    method = _starting(_NAMED, name)
    if method is None:
        raise _unsupported(logical_id, f"BuildMethod {name}", _starting(_MISSING, name) or name)
    return method


def function_method(
    logical_id: str, runtime: str, handler: str, folder: str, tree: FileTree, *, has_layers: bool
) -> str | None:
    """The method of a function without a BuildMethod, whose source is that folder. Raises RuntimeUnsupported."""
    names = tree.names_in(folder)
    if runtime.startswith("python"):
        return "python" if names & _PYTHON_FILES else None
    if runtime.startswith("nodejs"):
        return _node_method(folder, handler, tree)
    if runtime.startswith("go"):
        return "go" if _is_go(names) else None
    if runtime.startswith("provided"):
        return _provided_method(logical_id, runtime, names, has_layers=has_layers)
    if (toolchain := _starting(_MISSING, runtime)) and not _is_finished(runtime, names):
        raise _unsupported(logical_id, runtime, toolchain)
    return None


def layer_method(names: set[str]) -> str | None:
    """A layer that lists dependencies, without a folder that Lambda would look for them in, is to be built."""
    if "requirements.txt" in names and "python" not in names:
        return "python"
    return "nodejs" if "package.json" in names and "nodejs" not in names else None


def _node_method(folder: str, handler: str, tree: FileTree) -> str | None:
    """TypeScript is bundled; a package.json alone is installed; plain files need nothing."""
    module = posixpath.normpath(posixpath.join(folder, handler.rpartition(".")[0]))
    if any(tree.has_file(module + suffix) for suffix in _TYPESCRIPT):
        return "esbuild"
    return "nodejs" if "package.json" in tree.names_in(folder) else None


def _provided_method(logical_id: str, runtime: str, names: set[str], *, has_layers: bool) -> str | None:
    """A `bootstrap` needs nothing, and may come from a layer; a makefile is what `sam build` would take."""
    if "bootstrap" in names:
        return None
    if names & _MAKEFILES:
        return "makefile"
    if _is_go(names):
        return "go"
    if "Cargo.toml" in names:
        return "rust"
    if toolchain := next((label for end, label in _SOURCES.items() if _any_ends(names, end)), None):
        raise _unsupported(logical_id, runtime, toolchain)
    if has_layers:
        return None
    raise RuntimeUnsupported(
        f"{logical_id} ({runtime}) has no `bootstrap` in its source, and nothing that makes one: commit it, or "
        f"add a Makefile with a target build-{logical_id}"
    )


def _is_go(names: set[str]) -> bool:
    return "go.mod" in names or _any_ends(names, ".go")


def _is_finished(runtime: str, names: set[str]) -> bool:
    """Whether the folder holds what a build would leave."""
    if runtime.startswith("ruby"):
        return "Gemfile" not in names or "vendor" in names
    is_source = any(_any_ends(names, end) for end in _SOURCES)
    left = next((ends for start, ends in _COMPILED.items() if runtime.startswith(start)), ())
    return not is_source and _any_ends(names, *left)


def _any_ends(names: Iterable[str], *ends: str) -> bool:
    return any(name.endswith(ends) for name in names)


def _starting(known: dict[str, str], name: str) -> str | None:
    return next((found for start, found in known.items() if name.startswith(start)), None)


def _unsupported(logical_id: str, what: str, toolchain: str) -> RuntimeUnsupported:
    return RuntimeUnsupported(
        f"{logical_id} ({what}) is built with {toolchain}, which the build does not have: commit what it builds, "
        "name that as the function's code, and set `SkipBuild: true` in its Metadata"
    )
