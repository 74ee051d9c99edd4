"""The value of each of a template's parameters, and where it comes from.

What the request gives counts first, then the project's samconfig.toml, then the value that the stack has; what has
none of these has its default, or is worked out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import ParametersInvalid, ParametersMissing
from deployer.template.parameters import as_text, declared, described, is_reference, is_secret, problem_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from deployer.session import ParameterRecord
    from deployer.worker import ParameterValue

_MAX_RECORDED: Final = 100
_MAX_SHOWN: Final = 200
"""Characters of a value: the session's head holds them, and stays small."""


class ValueSource(StrEnum):
    REQUEST = "request"
    SAMCONFIG = "samconfig"
    STACK = "stack"
    WORKED_OUT = "workedOut"
    DEFAULT = "default"


_S: Final = ValueSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What there is to choose from, by name. `samconfig` has only what `usable` leaves.

    `stack` has the values that the stack keeps; of a secret one it is not the value.
    """

    request: Mapping[str, str] = field(default_factory=dict)
    samconfig: Mapping[str, str] = field(default_factory=dict)
    stack: Mapping[str, str] = field(default_factory=dict)


def usable(template: Mapping[str, Any], samconfig: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """What of the file can be used with this template, and a sentence for each value that is left out."""
    parameters = declared(template)
    reasons = {name: _why_not(parameters, name, value) for name, value in samconfig.items()}
    values = {name: value for name, value in samconfig.items() if not reasons[name]}
    return values, [f"samconfig.toml: {name} is not used: {reason}" for name, reason in reasons.items() if reason]


def _why_not(parameters: Mapping[str, Mapping[str, Any]], name: str, value: str) -> str:
    if name not in parameters:
        return "the template has no such parameter"
    if is_secret(parameters[name]) and not is_reference(value):
        return "a secret is taken by reference alone"
    return ""


def missing(template: Mapping[str, Any], given: Given) -> list[str]:
    """The parameters that have neither a value nor a default."""
    known = {*given.request, *given.samconfig, *given.stack}
    return [name for name, each in declared(template).items() if "Default" not in each and name not in known]


def settle(
    template: Mapping[str, Any], given: Given, worked_out: Mapping[str, str], hints: Iterable[str] = ()
) -> list[ParameterValue]:
    """A value for every parameter that the template declares. `hints` say why one could not be worked out.

    Raises ParametersMissing (all of them, by name, type and description) and ParametersInvalid (all of them).
    """
    parameters = declared(template)
    problems = list(_problems(parameters, given))
    asked = [name for name in missing(template, given) if name not in worked_out]
    if asked:
        names = ", ".join(described(name, parameters[name]) for name in asked)
        made = [f"worked out: {name} = {value}" for name, value in worked_out.items()]
        raise ParametersMissing("; ".join([f"no value is given for {names}", *hints, *made, *problems]))
    if problems:
        raise ParametersInvalid("; ".join(problems))
    return [_settled(name, parameter, given, worked_out) for name, parameter in parameters.items()]


def _problems(parameters: Mapping[str, Mapping[str, Any]], given: Given) -> Iterator[str]:
    of_file = {name: value for name, value in given.samconfig.items() if name not in given.request}
    for where, values in (("", given.request), ("samconfig.toml: ", of_file)):
        for name, value in values.items():
            if problem := problem_of(parameters, name, value):
                yield f"{where}{name}: {problem}"


def _settled(
    name: str, parameter: Mapping[str, Any], given: Given, worked_out: Mapping[str, str]
) -> ParameterValue:
    sources = (
        (_S.REQUEST, given.request),
        (_S.SAMCONFIG, given.samconfig),
        (_S.STACK, given.stack),
        (_S.WORKED_OUT, worked_out),
    )
    source, values = next(((s, v) for s, v in sources if name in v), (_S.DEFAULT, {}))
    is_hidden = is_secret(parameter) and source in {_S.STACK, _S.DEFAULT}
    value = values.get(name, as_text(parameter.get("Default", "")))
    return {
        "name": name,
        "value": None if is_hidden else value,
        "source": source.value,
        "isSecret": is_secret(parameter),
    }


def known_values(values: Iterable[ParameterValue]) -> dict[str, str]:
    """What the template is expanded and judged with; a default stands in the template itself."""
    every = {each["name"]: each["value"] for each in values if each["source"] != _S.DEFAULT}
    return {name: value for name, value in every.items() if value is not None}


def asked_values(values: Iterable[ParameterValue]) -> dict[str, str | None]:
    """What CloudFormation is asked for: None for a value that the stack keeps."""
    return {
        each["name"]: None if each["source"] == _S.STACK else each["value"]
        for each in values
        if each["source"] != _S.DEFAULT
    }


def change_set_parameters(values: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """`Parameters` of CreateChangeSet, of what `asked_values` gives."""
    return [
        {"ParameterKey": name, "UsePreviousValue": True}
        if value is None
        else {"ParameterKey": name, "ParameterValue": value}
        for name, value in values.items()
    ]


def recorded(values: Sequence[ParameterValue]) -> list[ParameterRecord]:
    """For the session: never a secret's value, nor where it is."""
    return [
        {
            "name": each["name"],
            "value": None if each["isSecret"] or each["value"] is None else each["value"][:_MAX_SHOWN],
            "source": each["source"],
        }
        for each in values[:_MAX_RECORDED]
    ]
