"""What has to be built before it can be deployed, decided from the template and the names of the files."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Literal

from deployer.packaging.build_method import function_method, layer_method, named_method
from deployer.packaging.file_tree import FileTree
from deployer.packaging.known_values import text_of
from deployer.packaging.local_path import Content
from deployer.packaging.source_maps import PROPERTY, is_map_read
from deployer.packaging.template_paths import effective_properties

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from deployer.packaging.local_path import LocalPath
    from deployer.packaging.template_paths import Document
    from deployer.worker import BuildUnit

FUNCTIONS: Final = frozenset({"AWS::Serverless::Function", "AWS::Lambda::Function"})
# A web function has an entry point in the place of a handler.
_BUILT_AS_FUNCTIONS: Final = FUNCTIONS | {"AWS::Serverless::WebFunction"}
_LAYERS: Final = frozenset({"AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion"})
_ARCHITECTURES: Final[dict[str, Literal["x86_64", "arm64"]]] = {"x86_64": "x86_64", "arm64": "arm64"}
_VERSION: Final = re.compile(r"\d")
_HAS_NAME: Final = frozenset({"makefile"})
_HAS_HANDLER: Final = frozenset({"esbuild", "go"})
_ID_LENGTH: Final = 16
_NO_LINKS: Final[Mapping[str, str]] = MappingProxyType({})


def build_units(
    document: Document, paths: Collection[LocalPath], files: Collection[str], links: Mapping[str, str] = _NO_LINKS
) -> list[BuildUnit]:
    """Each distinct thing to build, in the template's order. `known_values.with_given` gives it its parameters.

    `files` are the paths of the repository's files, `links` the texts of the links among them.

    Raises SourceMissing for paths that are not among them, PathUnsafe for one that a link leads out of the
    repository, RuntimeUnsupported where a toolchain is missing.
    """
    return list({unit["id"]: unit for unit in units_by_path(document, paths, files, links).values()}.values())


def units_by_path(
    document: Document, paths: Collection[LocalPath], files: Collection[str], links: Mapping[str, str] = _NO_LINKS
) -> dict[LocalPath, BuildUnit]:
    """Which unit makes the package of which path; a path that is not here is zipped or uploaded as it is.

    Raises what `build_units` raises.
    """
    units: dict[str, BuildUnit] = {}
    made: dict[LocalPath, BuildUnit] = {}
    tree = FileTree(files, links)
    tree.check(paths)
    for path in paths:
        unit = _unit(document, replace(path, path=tree.resolve(path.path)), tree)
        if unit is not None:
            made[path] = units.setdefault(unit["id"], unit)
    return made


def _unit(document: Document, path: LocalPath, tree: FileTree) -> BuildUnit | None:
    resource = document["Resources"].get(path.logical_id, {})
    if (
        path.content != Content.ZIP
        or tree.has_file(path.path)
        or _metadata(resource).get("SkipBuild") in {True, "true"}
    ):
        return None
    if path.resource_type in _BUILT_AS_FUNCTIONS:
        return _function_unit(document, path, resource, tree)
    return _layer_unit(document, path, resource, tree) if path.resource_type in _LAYERS else None


def _function_unit(
    document: Document, path: LocalPath, resource: dict[str, Any], tree: FileTree
) -> BuildUnit | None:
    properties = effective_properties(document, resource)
    runtime = text_of(document, properties.get("Runtime"))
    handler = text_of(document, properties.get("Handler"))
    named = text_of(document, _metadata(resource).get("BuildMethod"))
    method = (
        named_method(path.logical_id, named)
        if named
        else function_method(
            path.logical_id, runtime, handler, path.path, tree, has_layers=bool(properties.get("Layers"))
        )
    )
    if method is None:
        return None
    unit = _made(path, resource, "function", method, runtime, handler, _architecture(document, properties))
    return _with_map(unit) if is_map_read(document, resource) else unit


def _with_map(unit: BuildUnit) -> BuildUnit:
    """A bundle has a source map where its environment reads one, unless the template says otherwise."""
    if unit["method"] != "esbuild" or PROPERTY in unit["options"]:
        return unit
    wanted: BuildUnit = {**unit, "options": {**unit["options"], PROPERTY: True}}
    return {**wanted, "id": _unit_id(wanted)}


def _layer_unit(document: Document, path: LocalPath, resource: dict[str, Any], tree: FileTree) -> BuildUnit | None:
    properties = effective_properties(document, resource)
    metadata = _metadata(resource)
    named = text_of(document, metadata.get("BuildMethod"))
    runtimes = [text_of(document, runtime) for runtime in _list(properties.get("CompatibleRuntimes"))]
    method = named_method(path.logical_id, named) if named else layer_method(tree.names_in(path.path))
    if method is None:
        return None
    runtime = named if _VERSION.search(named) else _first(runtimes, method)
    architecture = metadata.get("BuildArchitecture") or properties.get("CompatibleArchitectures")
    return _made(
        path, resource, "layer", method, runtime, "", _architecture(document, {"Architectures": architecture})
    )


def _first(runtimes: list[str], method: str) -> str:
    return next((runtime for runtime in runtimes if runtime.startswith(method) or method == "makefile"), "")


def _made(
    path: LocalPath,
    resource: dict[str, Any],
    kind: Literal["function", "layer"],
    method: str,
    runtime: str,
    handler: str,
    architecture: Literal["x86_64", "arm64"],
) -> BuildUnit:
    options = _metadata(resource).get("BuildProperties")
    unit: BuildUnit = {
        "id": "",
        "kind": kind,
        "name": path.logical_id,
        "source": path.path,
        "method": method,
        "runtime": runtime,
        "architecture": architecture,
        "handler": handler,
        "options": options if isinstance(options, dict) else {},
    }
    return {**unit, "id": _unit_id(unit)}


def _unit_id(unit: BuildUnit) -> str:
    """The same for units that come out the same: a makefile's target has the name, a program the handler."""
    decisive: Mapping[str, Any] = {
        **unit,
        "name": unit["name"] if unit["method"] in _HAS_NAME else "",
        "handler": unit["handler"] if unit["method"] in _HAS_HANDLER else "",
    }
    return hashlib.sha256(json.dumps(decisive, sort_keys=True).encode()).hexdigest()[:_ID_LENGTH]


def _architecture(document: Document, properties: dict[str, Any]) -> Literal["x86_64", "arm64"]:
    wanted = properties.get("Architectures")
    first = wanted[0] if isinstance(wanted, list) and wanted else wanted
    return _ARCHITECTURES.get(text_of(document, first), "x86_64")


def _metadata(resource: dict[str, Any]) -> dict[str, Any]:
    metadata = resource.get("Metadata")
    return metadata if isinstance(metadata, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
