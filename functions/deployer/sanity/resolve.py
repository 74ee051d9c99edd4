"""A deployed template's properties as they came out: intrinsic functions done, with what the stack made of them.

What only CloudFormation or AWS could know is None, and so is whatever holds it in a text; a list keeps its place.
That is so with a dynamic reference, too, wherever it was put together: the stack has what it stands for.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.identity import attribute_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from deployer.sanity.identity import Place

_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
# CloudFormation User Guide, "Get values stored in other services using dynamic references".
_DYNAMIC: Final = "{{resolve:"
_NO_VALUE: Final = object()
_MAX_DEPTH: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFacts:
    """What a stack made of its template. `physical_ids` by logical id, and so `nested_outputs`.

    Of a stack that is still to be made `stack_id`, and `name` where CloudFormation makes it up, are empty.
    """

    stack_id: str
    name: str
    place: Place
    parameters: Mapping[str, str]
    physical_ids: Mapping[str, str]
    nested_outputs: Mapping[str, Mapping[str, str]]


class Resolver:
    """Resolves values of one template. The template is data from outside: what makes no sense in it is None."""

    def __init__(self, template: Mapping[str, Any], facts: StackFacts) -> None:
        self._template = template
        self._facts = facts
        self._types = {
            name: str(resource.get("Type", ""))
            for name, resource in _section(template, "Resources").items()
            if isinstance(resource, dict)
        }
        self._conditions: dict[str, bool | None] = {}

    def properties(self, logical_id: str) -> dict[str, Any]:
        """The resource's properties, resolved; those that are `AWS::NoValue` are left out."""
        resource = _section(self._template, "Resources").get(logical_id)
        found = self.resolve(resource.get("Properties")) if isinstance(resource, dict) else None
        return found if isinstance(found, dict) else {}

    def resolve(self, value: Any) -> Any:
        found = self._resolved(value, _MAX_DEPTH)
        return None if found is _NO_VALUE else found

    def _resolved(self, value: Any, depth: int) -> Any:
        return _known(self._done(value, depth)) if depth else None

    def _done(self, value: Any, depth: int) -> Any:
        match value:
            case {"Ref": str(name)} if len(value) == 1:
                return self._ref(name)
            case {"Condition": str(name)} if len(value) == 1:
                return self._condition(name, depth)
            case dict() if len(value) == 1 and next(iter(value)).startswith("Fn::"):
                [(function, argument)] = value.items()
                done = _FUNCTIONS.get(function)
                return done(self, argument, depth - 1) if done else None
            case dict():
                every = {str(key): self._resolved(each, depth - 1) for key, each in value.items()}
                return {key: each for key, each in every.items() if each is not _NO_VALUE}
            case list():
                each_one = [self._resolved(each, depth - 1) for each in value]
                return [each for each in each_one if each is not _NO_VALUE]
        return value

    def _ref(self, name: str) -> Any:
        facts = self._facts
        pseudo = {
            "AWS::AccountId": facts.place.account_id,
            "AWS::NoValue": _NO_VALUE,
            "AWS::Partition": facts.place.partition,
            "AWS::Region": facts.place.region,
            "AWS::StackId": facts.stack_id or None,
            "AWS::StackName": facts.name or None,
            "AWS::URLSuffix": facts.place.url_suffix,
        }
        if name in pseudo:
            return pseudo[name]
        if name in facts.parameters:
            return self._parameter(name)
        return facts.physical_ids.get(name)

    def _parameter(self, name: str) -> Any:
        value = self._facts.parameters[name]
        declared = _section(self._template, "Parameters").get(name)
        kind = str(declared.get("Type", "String")) if isinstance(declared, dict) else "String"
        if isinstance(declared, dict) and str(declared.get("NoEcho", "")).lower() == "true":
            return None
        if kind == "CommaDelimitedList" or kind.startswith("List<"):
            return [part.strip() for part in value.split(",")]
        return value

    def _get_att(self, argument: Any, depth: int) -> Any:
        parts = argument.split(".", 1) if isinstance(argument, str) else self._resolved(argument, depth)
        match parts:
            case [str(name), str(attribute)]:
                return self._attribute(name, attribute)
        return None

    def _attribute(self, name: str, attribute: str) -> str | None:
        if attribute.startswith("Outputs."):
            return self._facts.nested_outputs.get(name, {}).get(attribute.removeprefix("Outputs."))
        physical_id = self._facts.physical_ids.get(name)
        if not physical_id:
            return None
        own = _section(self._template, "Resources").get(name)
        path = self.resolve(own.get("Properties", {}).get("Path", "/")) if isinstance(own, dict) else "/"
        return attribute_of(self._types.get(name, ""), physical_id, attribute, {"Path": path}, self._facts.place)

    def _join(self, argument: Any, depth: int) -> Any:
        match argument:
            case [str(separator), parts]:
                texts = self._resolved(parts, depth)
                return separator.join(map(_text, texts)) if _all_known(texts) else None
        return None

    def _sub(self, argument: Any, depth: int) -> Any:
        text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(text, str) or not isinstance(given, dict):
            return None
        variables = {
            name: self._resolved(given[name], depth) if name in given else self._named(name)
            for literal, name in _VARIABLE.findall(text)
            if not literal
        }
        if any(value is None or value is _NO_VALUE for value in variables.values()):
            return None
        return _VARIABLE.sub(lambda m: f"${{{m[2]}}}" if m[1] else _text(variables[m[2]]), text)

    def _named(self, name: str) -> Any:
        name = name.strip()
        return self._ref(name) if "." not in name else self._get_att(name, _MAX_DEPTH)

    def _select(self, argument: Any, depth: int) -> Any:
        match self._resolved(argument, depth):
            case [index, list(values)] if str(index).isdecimal() and int(index) < len(values):
                return values[int(index)]
        return None

    def _split(self, argument: Any, depth: int) -> Any:
        match self._resolved(argument, depth):
            case [str(separator), str(text)] if separator:
                return text.split(separator)
        return None

    def _if(self, argument: Any, depth: int) -> Any:
        match argument:
            case [str(name), yes, no]:
                is_true = self._condition(name, depth)
                return None if is_true is None else self._resolved(yes if is_true else no, depth)
        return None

    def _condition(self, name: str, depth: int) -> bool | None:
        """Each is resolved once, however many name it; one that leads to itself is unknown."""
        if depth and name not in self._conditions:
            self._conditions[name] = None
            found = self._resolved(_section(self._template, "Conditions").get(name), depth - 1)
            self._conditions[name] = found if isinstance(found, bool) else None
        return self._conditions.get(name)

    def _equals(self, argument: Any, depth: int) -> Any:
        match self._resolved(argument, depth):
            case [left, right] if left is not None and right is not None:
                return _text(left) == _text(right)
        return None

    def _not(self, argument: Any, depth: int) -> Any:
        match self._resolved(argument, depth):
            case [bool(value)]:
                return not value
        return None

    def _and(self, argument: Any, depth: int) -> Any:
        values = self._resolved(argument, depth)
        if not isinstance(values, list):
            return None
        return False if False in values else None if None in values else True

    def _or(self, argument: Any, depth: int) -> Any:
        values = self._resolved(argument, depth)
        if not isinstance(values, list):
            return None
        return True if True in values else None if None in values else False

    def _find_in_map(self, argument: Any, depth: int) -> Any:
        match self._resolved(argument, depth):
            case [str(name), top, second, *_]:
                found: Any = _section(self._template, "Mappings").get(name)
                for key in (top, second):
                    found = found.get(_text(key)) if isinstance(found, dict) else None
                return found
        return None

    def _base64(self, argument: Any, depth: int) -> Any:
        text = self._resolved(argument, depth)
        return base64.b64encode(text.encode()).decode() if isinstance(text, str) else None


_FUNCTIONS: Final[dict[str, Callable[[Resolver, Any, int], Any]]] = {
    "Fn::And": Resolver._and,
    "Fn::Base64": Resolver._base64,
    "Fn::Equals": Resolver._equals,
    "Fn::FindInMap": Resolver._find_in_map,
    "Fn::GetAtt": Resolver._get_att,
    "Fn::If": Resolver._if,
    "Fn::Join": Resolver._join,
    "Fn::Not": Resolver._not,
    "Fn::Or": Resolver._or,
    "Fn::Select": Resolver._select,
    "Fn::Split": Resolver._split,
    "Fn::Sub": Resolver._sub,
}


def _known(found: Any) -> Any:
    if isinstance(found, list):
        return [None if _is_dynamic(each) else each for each in found]
    return None if _is_dynamic(found) else found


def _is_dynamic(found: Any) -> bool:
    return isinstance(found, str) and _DYNAMIC in found


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = template.get(name)
    return section if isinstance(section, dict) else {}


def _all_known(values: Any) -> bool:
    return isinstance(values, list) and all(value is not None and value is not _NO_VALUE for value in values)


def _text(value: Any) -> str:
    """A scalar as CloudFormation writes it into a text: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
