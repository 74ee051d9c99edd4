"""What the parameters of a template can be: what is given, else the default, else what nobody knows beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.policy.piece import pieces, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SSM_VALUE = "AWS::SSM::Parameter::Value<"
_LISTS = ("CommaDelimitedList", "List<")


class Parameters:
    """The parameters of one template. `given` has all that each can be.

    `doubts_defaults`: one that is not given may also have a value that an earlier deployment gave it.
    """

    def __init__(
        self, template: Mapping[str, Any], given: Mapping[str, Sequence[str]], *, doubts_defaults: bool = False
    ) -> None:
        declared = template.get("Parameters")
        self._declared: dict[str, Any] = declared if isinstance(declared, dict) else {}
        self._given, self._doubts_defaults = given, doubts_defaults

    def __contains__(self, name: str) -> bool:
        return name in self._declared

    def texts(self, name: str) -> list[str]:
        """What Ref gives; of a list, each member."""
        is_list = self._kind(name).startswith(_LISTS)
        return [text for each in self.lists(name) for text in each] if is_list else self._values(name)

    def lists(self, name: str) -> list[list[str]]:
        """The same as lists: the texts between commas."""
        return [[member.strip() for member in value.split(",")] for value in self._values(name)]

    def in_parameter_store(self) -> Iterator[tuple[str, str]]:
        """Name, and each name in Parameter Store, of those whose value CloudFormation looks up there."""
        for name in self._declared:
            if self._kind(name).startswith(_SSM_VALUE):
                yield from ((name, text) for text in self._as_given(name))

    def waited_for(self, text: str) -> list[str]:
        """Those that the text waits for."""
        return [each.attribute for each in pieces(text) if not each.logical_id and each.attribute in self]

    @property
    def secrets(self) -> list[str]:
        """The given values of those with NoEcho."""
        hidden = [name for name in self._declared if scalar(self._of(name, "NoEcho")).lower() == "true"]
        return [value for name in hidden for value in self._given.get(name, ()) if value]

    def _values(self, name: str) -> list[str]:
        return [unknown(name)] if self._kind(name).startswith(_SSM_VALUE) else self._as_given(name)

    def _as_given(self, name: str) -> list[str]:
        if name in self._given:
            return list(self._given[name])
        default = self._of(name, "Default")
        if default is None:
            return [unknown(name)]
        return [scalar(default), unknown(name)] if self._doubts_defaults else [scalar(default)]

    def _kind(self, name: str) -> str:
        return str(self._of(name, "Type"))

    def _of(self, name: str, attribute: str) -> Any:
        declared = self._declared[name]
        return declared.get(attribute) if isinstance(declared, dict) else None


def scalar(value: object) -> str:
    """A scalar as CloudFormation writes it into a text: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)
