"""A template with the loops of AWS::LanguageExtensions written out, for what is judged; it is never deployed.

Source: CloudFormation Template Reference, "Fn::ForEach": `[identifier, collection, body]`, in whose body
`${identifier}`, `&{identifier}` (letters and digits alone) and Ref stand for each member of the collection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.policy.piece import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.budget import Budget
    from deployer.policy.values import Values
    from deployer.template.template import Template

FOR_EACH: Final = "Fn::ForEach::"


def without_loops(template: Template, values: Values, budget: Budget) -> Template:
    """What a loop makes under a name that is taken gets one that is not known."""
    written: Template = _Loops(values, budget).written_out(template)
    return written


class _Loops:
    def __init__(self, values: Values, budget: Budget) -> None:
        self._values, self._budget = values, budget

    def written_out(self, node: Any) -> Any:
        if isinstance(node, list):
            return [self.written_out(member) for member in node]
        if not isinstance(node, dict):
            return node
        result: dict[str, Any] = {}
        for key, child in self._members(node):
            result[f"{key}{unknown(key)}" if key in result else key] = child
        return result

    def _members(self, node: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for key, child in node.items():
            if not key.startswith(FOR_EACH):
                yield key, self.written_out(child)
                continue
            match child:
                case [str(identifier), collection, dict(body)]:
                    for member in self._each(collection):
                        self._budget.spend(len(str(body)))
                        yield from self._members(_put_in(body, identifier, member))
                case _:
                    yield unknown(key), child

    def _each(self, collection: Any) -> list[str]:
        lists = self._values.lists(collection)
        return list(dict.fromkeys(text for each in lists for text in self._values.texts(each))) if lists else []


def _put_in(node: Any, identifier: str, value: str) -> Any:
    """The body with that member of the collection in it."""
    if isinstance(node, str):
        short = "".join(filter(str.isalnum, value))
        return node.replace(f"${{{identifier}}}", value).replace(f"&{{{identifier}}}", short)
    if isinstance(node, list):
        return [_put_in(member, identifier, value) for member in node]
    if node == {"Ref": identifier}:
        return value
    if isinstance(node, dict):
        return {
            str(_put_in(key, identifier, value)): _put_in(each, identifier, value) for key, each in node.items()
        }
    return node
