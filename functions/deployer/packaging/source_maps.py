"""A source map and Node.js's option to read it, each of which SAM adds where a bundled function has the other.

Source: SAM developer guide, "Building Node.js Lambda functions with esbuild", Sourcemap; false wins.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from deployer.packaging.template_paths import effective_properties

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeGuard

    from deployer.packaging.template_paths import Document
    from deployer.worker import BuildUnit

PROPERTY: Final = "Sourcemap"
_VARIABLE: Final = "NODE_OPTIONS"
_OPTION: Final = "--enable-source-maps"
_OFF: Final = (None, False, "", "false")


def is_map_read(document: Document, resource: dict[str, Any]) -> bool:
    """Whether the function's environment turns source maps on."""
    given = _variables(document, resource).get(_VARIABLE)
    return isinstance(given, str) and _OPTION in given.split()


def with_maps_read(document: Document, bundled: Iterable[tuple[str, BuildUnit]]) -> Document:
    """The template in which each of these functions, by logical id, reads the source map that its unit makes.

    A value of NODE_OPTIONS that is no plain text stays as it is.
    """
    changed = copy.deepcopy(document)
    for logical_id, unit in bundled:
        if unit["method"] == "esbuild" and unit["options"].get(PROPERTY) not in _OFF:
            _turn_on(changed, changed["Resources"][logical_id])
    return changed


def _turn_on(document: Document, resource: dict[str, Any]) -> None:
    given = _variables(document, resource).get(_VARIABLE, "")
    if not isinstance(given, str) or _OPTION in given.split():
        return
    target: object = resource.setdefault("Properties", {})
    for key in _way(resource):
        target = target.setdefault(key, {}) if _is_plain(target) else None
    if _is_plain(target):
        target[_VARIABLE] = f"{given} {_OPTION}".strip()


def _is_plain(node: object) -> TypeGuard[dict[str, Any]]:
    """Whether keys can be put there: it is no function of CloudFormation's."""
    return isinstance(node, dict) and not any(key == "Ref" or str(key).startswith("Fn::") for key in node)


def _variables(document: Document, resource: dict[str, Any]) -> dict[str, Any]:
    """Of the function, over those of Globals."""
    inherited: object = effective_properties(document, {**resource, "Properties": {}})
    own: object = effective_properties(document, resource)
    for key in _way(resource):
        inherited, own = _dict(inherited).get(key), _dict(own).get(key)
    return {**_dict(inherited), **_dict(own)}


def _way(resource: dict[str, Any]) -> tuple[str, ...]:
    """From its properties to its environment variables."""
    is_web = resource.get("Type") == "AWS::Serverless::WebFunction"
    return ("EnvironmentVariables",) if is_web else ("Environment", "Variables")


def _dict(node: object) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
