"""Functions whose handler names a file that their source does not have."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, Final

from deployer.near_names import did_you_mean, near
from deployer.packaging.build_unit import FUNCTIONS, units_by_path
from deployer.packaging.file_tree import FileTree
from deployer.packaging.known_values import text_of
from deployer.packaging.local_path import Content
from deployer.packaging.template_paths import effective_properties

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from deployer.packaging.local_path import LocalPath
    from deployer.packaging.template_paths import Document
    from deployer.worker import BuildUnit

# What a runtime's name begins with, and the files that its module may be in, the usual one first. The runtimes
# import it: bootstrap.py of aws-lambda-python-runtime-interface-client, UserFunction of the one for Node.js.
_PYTHON: Final = (".py", "/__init__.py", ".pyc", ".so")
_NODE: Final = (".js", ".mjs", ".cjs", "/index.js", ".ts", ".mts", ".cts", ".tsx", ".jsx")
_FILES: Final = {"python": _PYTHON, "nodejs": _NODE, "ruby": (".rb",)}


def missing_handlers(
    document: Document, paths: Collection[LocalPath], files: Collection[str], links: Mapping[str, str]
) -> Iterator[str]:
    """A sentence for each function that cannot start, as far as the names of the files tell.

    Raises what `units_by_path` raises.
    """
    units = units_by_path(document, paths, files, links)
    tree = FileTree(files, links)
    for path in paths:
        if path.resource_type in FUNCTIONS and path.content is Content.ZIP and _is_known(units.get(path)):
            yield from _missing(document, path, units.get(path), tree)


def _is_known(unit: BuildUnit | None) -> bool:
    """Whether the source's files tell what is in the package: a makefile's or a bundle's are named elsewhere."""
    return unit is None or (unit["method"] != "makefile" and "EntryPoints" not in unit["options"])


def _missing(document: Document, path: LocalPath, unit: BuildUnit | None, tree: FileTree) -> Iterator[str]:
    properties = effective_properties(document, document["Resources"][path.logical_id])
    runtime, handler = text_of(document, properties.get("Runtime")), text_of(document, properties.get("Handler"))
    endings = next((endings for start, endings in _FILES.items() if runtime.startswith(start)), ())
    module = _module(runtime, handler)
    is_inline = "InlineCode" in properties  # SAM takes it before a CodeUri
    if (
        is_inline
        or not endings
        or not module
        or _is_there(path.path, (handler, *(module + each for each in endings)), tree)
    ):
        return
    file = module + endings[0]
    yield (
        f"{path.logical_id} cannot start{_unless(unit, properties)}: its handler {handler} needs {file} in "
        f"{path.path or 'the top'}, which is not there{_hint(posixpath.join(path.path, file), tree)}"
    )


def _module(runtime: str, handler: str) -> str:
    """The module's path without its ending; "" when the handler has none.

    Python splits at the last dot, and takes the others for folders; Node.js splits the file's name at its first.
    """
    if runtime.startswith("python"):
        return handler.rpartition(".")[0].replace(".", "/")
    folder, name = posixpath.split(handler)
    module, dot, _ = name.partition(".")
    return posixpath.normpath(posixpath.join(folder, module)) if dot and module else ""


def _is_there(source: str, names: Collection[str], tree: FileTree) -> bool:
    """A file as the source is a package of its own; of an archive, nobody knows what is in it."""
    if tree.has_file(source):
        return source.endswith((".zip", ".jar", ".war")) or posixpath.basename(source) in names
    return any(tree.has_file(posixpath.normpath(posixpath.join(source, name))) for name in names)


def _unless(unit: BuildUnit | None, properties: dict[str, Any]) -> str:
    """What else may bring the file."""
    others = [*(["a dependency"] if unit else []), *(["a layer"] if properties.get("Layers") else [])]
    return f" unless {' or '.join(others)} has its handler" if others else ""


def _hint(file: str, tree: FileTree) -> str:
    folder, name = posixpath.split(file)
    return did_you_mean([posixpath.join(folder, each) for each in near(name, tree.names_in(folder))])
