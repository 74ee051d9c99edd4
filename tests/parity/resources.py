"""The resources of one project, as each tool gave them to CloudFormation, after the transform."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from tests.parity.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_MISSING: Final = object()
EXPLAINED: Final = {
    r"^AWS::IAM::\w+\.Properties\.(?:PermissionsBoundary|Path)$": "the boundary, which each role gets",
    r"\.Properties\.(?:\w*Tags)(?:\.|$)": "tags",
    r"^AWS::Lambda::Function\.Properties\.Code(?:\.|$)": "the package's address",
    r"^AWS::Lambda::LayerVersion\.Properties\.Content(?:\.|$)": "the package's address",
    r"\.Properties\.(?:\w*S3Location|TemplateURL|BodyS3Location|Location)(?:\.|$)": "the package's address",
    r"^(?!AWS::Lambda::(?:Function|LayerVersion)\.)[\w:]+\.Metadata\.Build(?:Method|Properties)$": (
        "how a function was built, which what SAM makes of it repeats"
    ),
    r"\.Metadata\.SamResourceId$": "the name that sam gives each resource once more",
}
# SAM ends the id of a layer's version and of an API's deployment with a digest of their content, address included.
_DIGEST: Final = re.compile(r"[0-9a-f]{10}$")


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    """From resources by logical id."""
    renamed = dict(_renamed(ours, theirs))
    text = json.dumps(theirs)
    for old, new in renamed.items():
        text = text.replace(json.dumps(old)[1:-1], new)
    theirs = json.loads(text)
    for name in sorted(ours.keys() | theirs.keys()):
        if name not in ours or name not in theirs:
            kind = (ours.get(name) or theirs[name])["Type"]
            yield Difference(where=name, what=f"{kind} only {'in ours' if name in ours else 'in sam'}")
        else:
            yield from _within(name, ours[name], theirs[name])


def _renamed(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Their id and ours of the same resource, where the ids differ by their digest alone."""
    free = {_stem(name, ours[name]): name for name in ours if name not in theirs}
    for name in theirs:
        if name not in ours and (same := free.get(_stem(name, theirs[name]))):
            yield name, same


def _stem(name: str, resource: Mapping[str, Any]) -> tuple[str, str]:
    return _DIGEST.sub("", name), str(resource["Type"])


def _within(name: str, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    for path, mine, other in _unequal("", {"Metadata": {}, **ours}, {"Metadata": {}, **theirs}):
        why = next((why for pattern, why in EXPLAINED.items() if re.search(pattern, f"{ours['Type']}{path}")), "")
        if path.endswith(".NODE_OPTIONS") and str(mine) == str(other).strip():
            why = "a space that sam puts before the one option of NODE_OPTIONS"
        yield Difference(where=f"{name}{path}", what=f"{_shown(mine)} | {_shown(other)}", why=why)


def _unequal(path: str, ours: Any, theirs: Any) -> Iterator[tuple[str, Any, Any]]:
    """Each place at which the values differ, and both values."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(ours.keys() | theirs.keys()):
            yield from _unequal(f"{path}.{key}", ours.get(key, _MISSING), theirs.get(key, _MISSING))
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs, strict=True)):
            yield from _unequal(f"{path}.{index}", *pair)
    elif ours != theirs:
        yield path, ours, theirs


def _shown(value: Any) -> str:
    return "nothing" if value is _MISSING else json.dumps(value, default=str)[:120]
