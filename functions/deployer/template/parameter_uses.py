"""Where a template uses its parameters: of which type is the resource, and which property is it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.policy.walk import Place, walk
from deployer.template.parameters import declared, is_secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_IN_TEXT: Final = re.compile(r"\$\{([A-Za-z0-9]+)\}")
_ANY_IN_TEXT: Final = re.compile(r"\$\{[^}]*\}")
_CONDITION: Final = "Condition"
_LONGEST_PART: Final = 14
"""Characters of what else a text has in it: an account's id has 12, a region's name 14 (`ap-northeast-1`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`path` is the property's, without functions and numbers of list members: `("VpcConfig", "SubnetIds")`.

    `is_whole`: the value of the property, or a member of it, is the parameter's and nothing more.
    `rest_length` are the characters around it, about; None where that cannot be told.
    """

    resource_type: str
    logical_id: str
    path: tuple[str, ...]
    is_member: bool
    is_whole: bool
    rest_length: int | None
    properties: Mapping[str, Any]


def uses(template: Mapping[str, Any]) -> dict[str, list[Use]]:
    """Every use in resources and conditions, by the parameter's name."""
    found: dict[str, list[Use]] = {}
    for name, use in [*_of_resources(template), *_of_conditions(template)]:
        found.setdefault(name, []).append(use)
    return found


def secret_outputs(template: Mapping[str, Any]) -> list[str]:
    """The outputs that tell the value of a secret parameter, or a part of it; CloudFormation shows them."""
    secrets = {name for name, parameter in declared(template).items() if is_secret(parameter)}
    outputs = _map(template.get("Outputs"))
    return [str(name) for name, output in outputs.items() if secrets & set(_names(_map(output).get("Value")))]


def _names(value: Any) -> Iterator[str]:
    for _, node in walk(value, Place("")):
        yield from (name for name, _ in _named(node))


def _of_resources(template: Mapping[str, Any]) -> Iterator[tuple[str, Use]]:
    globals_ = _map(template.get("Globals"))
    shared = {
        f"Globals {name}": {"Type": f"AWS::Serverless::{name}", "Properties": globals_[name]} for name in globals_
    }
    for logical_id, resource in {**_map(template.get("Resources")), **shared}.items():
        properties = _map(_map(resource).get("Properties"))
        for place, node in walk(properties, Place("")):
            for name, rest in _named(node):
                keys = place.keys[1:]
                yield name, _use(str(_map(resource).get("Type")), str(logical_id), keys, rest, properties)


def _of_conditions(template: Mapping[str, Any]) -> Iterator[tuple[str, Use]]:
    for place, node in walk(_map(template.get("Conditions")), Place("")):
        for name, _ in _named(node):
            yield name, _use(_CONDITION, "", place.keys[1:], None, {})


def _use(kind: str, logical_id: str, keys: list[str], rest: int | None, properties: Mapping[str, Any]) -> Use:
    functions = {key for key in keys if key.startswith("Fn::")}
    path = tuple(key for key in keys if not key.startswith("Fn::") and not key.isdecimal())
    is_plain = functions <= {"Fn::If"}
    return Use(
        resource_type=kind,
        logical_id=logical_id,
        path=path,
        is_member=bool(keys) and keys[-1].isdecimal() and "Fn::If" not in keys[-2:],
        is_whole=is_plain and rest == 0,
        rest_length=rest if is_plain else None,
        properties=properties,
    )


def _named(node: Any) -> Iterator[tuple[str, int | None]]:
    """The parameters that a Ref or Fn::Sub names, with the length of what is around each."""
    if not isinstance(node, dict) or len(node) != 1:
        return
    (function, argument), *_ = node.items()
    if function == "Ref" and isinstance(argument, str):
        yield argument, 0
    text = argument[0] if isinstance(argument, list) and argument else argument
    if function == "Fn::Sub" and isinstance(text, str):
        names = _IN_TEXT.findall(text)
        others = len(_ANY_IN_TEXT.findall(text)) - 1
        rest = len(_ANY_IN_TEXT.sub("", text)) + others * _LONGEST_PART
        yield from ((name, rest) for name in dict.fromkeys(names))


def _map(node: Any) -> dict[str, Any]:
    return node if isinstance(node, dict) else {}
