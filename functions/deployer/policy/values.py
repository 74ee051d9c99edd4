"""Every text that a value of a template can come to: each branch of Fn::If, each member of a list.

What only CloudFormation will know is a piece (piece.py). Conditions are not decided: a parameter of the next
deployment could decide them otherwise.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import TemplateInvalid
from deployer.policy.parameters import Parameters, scalar
from deployer.policy.piece import is_known, made, unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from deployer.policy.budget import Budget

_VARIABLE: Final = re.compile(r"\$\{(!?)([^}]*)\}")
_MAX_TEXTS: Final = 1000
_CALL: Final = 10
"""What one text costs beside its characters."""
NO_VALUE: Final = "AWS::NoValue"


class Values:
    """The values of one template. `inherited` are the types of its parent's resources, by their names here."""

    def __init__(
        self,
        template: Mapping[str, Any],
        parameters: Parameters,
        pseudo: Mapping[str, str],
        budget: Budget,
        inherited: Mapping[str, str],
    ) -> None:
        self.parameters, self._pseudo, self._budget = parameters, pseudo, budget
        self._mappings = _section(template, "Mappings")
        self.types = dict(inherited) | {
            name: str(resource.get("Type", ""))
            for name, resource in _section(template, "Resources").items()
            if isinstance(resource, dict)
        }

    def texts(self, node: object) -> list[str]:
        """Each once. None for a map, and for AWS::NoValue. Raises TemplateInvalid when there are too many."""
        self._budget.spend(_CALL)
        match node:
            case str():
                return [node]
            case bool() | int() | float():
                return [scalar(node)]
            case list():
                return self._each_once(text for member in node for text in self.texts(member))
        call = called(node)
        return self._called(*call) if call else []

    def lists(self, node: object) -> list[list[Any]]:
        """Every list that the value can come to."""
        found: Any = called(node) or node
        match found:
            case list():
                return [found]
            case ("Ref", str(name)) if name in self.parameters:
                return self.parameters.lists(name)
            case ("Fn::If", [_, yes, no]):
                return [*self.lists(yes), *self.lists(no)]
            case ("Fn::Split", [str(separator), source]) if separator:
                return [self._split(text, separator) for text in self.texts(source)]
            case ("Fn::FindInMap", list(argument)):
                return [each if isinstance(each, list) else [each] for each in self._mapped(argument)]
            case ("Fn::Select", [index, source]):
                return [each for chosen in self._selected(index, source) for each in self.lists(chosen)]
        return [[text] for text in self.texts(node)]

    def _called(self, name: str, argument: object) -> list[str]:
        known = _FUNCTIONS.get(name)
        if known is not None:
            return self._each_once(known(self, argument))
        return [unknown(name)]

    def _ref(self, argument: object) -> list[str]:
        return [text for name in self.texts(argument) for text in self._of_name(name)]

    def _of_name(self, name: str) -> list[str]:
        if name == NO_VALUE:
            return []
        if name in self._pseudo:
            return [self._pseudo[name]]
        if name in self.parameters:
            return self.parameters.texts(name)
        return [made(name) if name in self.types else unknown(name)]

    def _get_att(self, argument: object) -> list[str]:
        parts = argument.split(".", 1) if isinstance(argument, str) else argument
        match parts:
            case [str(name), str(attribute)]:
                return [made(name, attribute) if name in self.types else unknown(f"{name}.{attribute}")]
        return [unknown("Fn::GetAtt")]

    def _join(self, argument: object) -> list[str]:
        match argument:
            case [str(separator), members]:
                return [text for each in self.lists(members) for text in self._joined(separator, each)]
        return [unknown("Fn::Join")]

    def _joined(self, separator: str, members: list[Any]) -> list[str]:
        parts = [texts for texts in map(self.texts, members) if texts]
        return self._products([[separator] if odd else parts[at // 2] for at, odd in _alternating(len(parts))])

    def _sub(self, argument: object) -> list[str]:
        text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})
        if not isinstance(text, str) or not isinstance(given, dict):
            return [unknown("Fn::Sub")]
        parts, end = [], 0
        for variable in _VARIABLE.finditer(text):
            parts += [[text[end : variable.start()]], self._variable(variable, given)]
            end = variable.end()
        return self._products([*parts, [text[end:]]])

    def _variable(self, variable: re.Match[str], given: Mapping[str, Any]) -> list[str]:
        name = variable[2].strip()
        if variable[1]:
            return [f"${{{variable[2]}}}"]
        if name in given:
            return self.texts(given[name]) or [""]
        return (self._get_att(name) if "." in name else self._of_name(name)) or [""]

    def _select(self, argument: object) -> list[str]:
        match argument:
            case [index, source]:
                return [text for chosen in self._selected(index, source) for text in self.texts(chosen)]
        return [unknown("Fn::Select")]

    def _selected(self, index: object, source: object) -> list[Any]:
        """What can be chosen: every member, where it is not known which one."""
        numbers = [int(text) if text.isdecimal() else -1 for text in self.texts(index)]
        chosen = []
        for members in self.lists(source):
            are_known = numbers and all(0 <= number < len(members) for number in numbers)
            chosen += [members[number] for number in numbers] if are_known else members
        return chosen

    def _if(self, argument: object) -> list[str]:
        match argument:
            case [_, yes, no]:
                return [*self.texts(yes), *self.texts(no)]
        return [unknown("Fn::If")]

    def _find_in_map(self, argument: object) -> list[str]:
        return [text for found in self._mapped(argument) for text in self.texts(found)]

    def _mapped(self, argument: object) -> list[Any]:
        if not isinstance(argument, list) or len(argument) < 3:
            return [unknown("Fn::FindInMap")]
        found: list[Any] = [self._mappings]
        for key in argument[:3]:
            found = [each for level in found for each in self._below(level, key)]
            self._budget.spend(_CALL * len(found))
        others = [each.get("DefaultValue") for each in argument[3:] if isinstance(each, dict)]
        return [*found, *(each for each in others if each is not None)]

    def _below(self, level: object, key: object) -> list[Any]:
        """What the map has under that key; everything in it, where the key is not known."""
        if not isinstance(level, dict):
            return []
        names = self.texts(key)
        if all(map(is_known, names)) and any(name in level for name in names):
            return [level[name] for name in names if name in level]
        return list(level.values())

    def _split(self, text: str, separator: str) -> list[str]:
        self._budget.spend(len(text))
        return text.split(separator) if is_known(text) else [unknown("Fn::Split")]

    def _products(self, parts: list[list[str]]) -> list[str]:
        """Every text that one choice of each part makes."""
        texts = [""]
        for part in parts:
            texts = self._each_once(before + after for before in texts for after in part)
        return texts

    def _each_once(self, texts: Iterable[str]) -> list[str]:
        found: dict[str, None] = {}
        for text in texts:
            self._budget.spend(_CALL + len(text))
            found[text] = None
            if len(found) > _MAX_TEXTS:
                raise TemplateInvalid(f"a value of the template can come to more than {_MAX_TEXTS:,} texts")
        return list(found)

    def _base64(self, argument: object) -> list[str]:
        return self.texts(argument)  # judged before it is encoded

    def _to_json(self, argument: object) -> list[str]:
        """The texts in it: their place in the JSON does not matter."""
        if isinstance(argument, dict) and not called(argument):
            return [text for child in argument.values() for text in self._to_json(child)]
        if isinstance(argument, list):
            return [text for child in argument for text in self._to_json(child)]
        return self.texts(argument)


_FUNCTIONS: Final[dict[str, Callable[[Values, object], list[str]]]] = {
    "Ref": Values._ref,
    "Fn::Base64": Values._base64,
    "Fn::FindInMap": Values._find_in_map,
    "Fn::GetAtt": Values._get_att,
    "Fn::If": Values._if,
    "Fn::Join": Values._join,
    "Fn::Select": Values._select,
    "Fn::Sub": Values._sub,
    "Fn::ToJsonString": Values._to_json,
}


def called(node: object) -> tuple[str, Any] | None:
    """The function and its argument, of a map that is nothing but the call of one."""
    if not isinstance(node, dict) or len(node) != 1:
        return None
    [(name, argument)] = node.items()
    return (name, argument) if name == "Ref" or name.startswith("Fn::") else None


def may_be_absent(node: object) -> bool:
    """Whether the value is AWS::NoValue in one of its branches."""
    match called(node):
        case ("Ref", name):
            return bool(name == NO_VALUE)
        case ("Fn::If", [_, yes, no]):
            return may_be_absent(yes) or may_be_absent(no)
    return False


def _alternating(parts: int) -> list[tuple[int, bool]]:
    """Index and whether it is that of a separator, of `parts` texts with separators between them."""
    return [(at, at % 2 == 1) for at in range(max(0, 2 * parts - 1))]


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = template.get(name)
    return section if isinstance(section, dict) else {}
