"""A template's parameters: whether what was given fits them, before anything is created."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from deployer.errors import ParametersInvalid, ParametersMissing
from deployer.template.limits import PARAMETER_VALUE

_LISTS: Final = ("CommaDelimitedList", "List<")
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_REPEATS: Final = re.compile(r"[*+{]")


def check_parameters(
    template: Mapping[str, Any], given: Mapping[str, str], previous: Collection[str] = ()
) -> None:
    """Returns when CloudFormation can be asked. `previous` are the parameters that the stack has values for.

    Raises ParametersMissing (all of them, by name, type and description) and ParametersInvalid (all of them).
    """
    declared = _declared(template)
    problems = [f"{name}: {problem}" for name, problem in _problems(declared, given)]
    missing = [
        _described(name, parameter)
        for name, parameter in declared.items()
        if "Default" not in parameter and name not in given and name not in previous
    ]
    if missing:
        raise ParametersMissing("; ".join(["no value is given for " + ", ".join(missing), *problems]))
    if problems:
        raise ParametersInvalid("; ".join(problems))


def change_set_parameters(
    template: Mapping[str, Any], given: Mapping[str, str], previous: Collection[str] = ()
) -> list[dict[str, Any]]:
    """`Parameters` of CreateChangeSet: what was given; else the value that the stack has; else the default."""
    return [
        {"ParameterKey": name, "ParameterValue": given[name]}
        if name in given
        else {"ParameterKey": name, "UsePreviousValue": True}
        for name in _declared(template)
        if name in given or name in previous
    ]


def _declared(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    section = template.get("Parameters")
    if not isinstance(section, Mapping):
        return {}
    return {str(name): value for name, value in section.items() if isinstance(value, Mapping)}


def _described(name: str, parameter: Mapping[str, Any]) -> str:
    """`Stage (String: where it runs)`."""
    description = " ".join(str(parameter.get("Description", "")).split())
    kind = str(parameter.get("Type", "String"))
    return f"{name} ({kind}: {description[:200]})" if description else f"{name} ({kind})"


def _problems(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in given.items():
        if name not in declared:
            names = ", ".join(declared) or "none"
            yield name, f"the template has no such parameter (it has {names})"
        elif problem := _value_problem(declared[name], value):
            yield name, problem


def _value_problem(parameter: Mapping[str, Any], value: str) -> str | None:
    """Why the value does not fit, or None. What only CloudFormation can know is left to it."""
    if problem := PARAMETER_VALUE.passed_by(len(value.encode())):
        return problem
    kind = str(parameter.get("Type", "String"))
    if kind.startswith("AWS::SSM::Parameter::"):
        return None  # the value is a name in Parameter Store
    parts = [part.strip() for part in value.split(",")] if kind.startswith(_LISTS) else [value]
    for part in parts:
        if problem := _part_problem(parameter, kind, part):
            return problem
    return None


def _part_problem(parameter: Mapping[str, Any], kind: str, value: str) -> str | None:
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list) and value not in {_text(option) for option in allowed}:
        return f"{_shown(parameter, value)} is none of {', '.join(_text(option) for option in allowed)}"
    if kind in {"Number", "List<Number>"}:
        return _number_problem(parameter, value)
    if problem := _length_problem(parameter, value):
        return problem
    pattern = parameter.get("AllowedPattern")
    if isinstance(pattern, str) and _matches(pattern, value) is False:
        explained = parameter.get("ConstraintDescription")
        return f"{_shown(parameter, value)} does not match {pattern}" + (f": {explained}" if explained else "")
    return None


def _shown(parameter: Mapping[str, Any], value: str) -> str:
    """The value for a message; never one that the template marks as secret."""
    return "the value" if _text(parameter.get("NoEcho", "")).lower() == "true" else repr(value[:100])


def _text(value: Any) -> str:
    """A YAML scalar as CloudFormation compares it: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _number_problem(parameter: Mapping[str, Any], value: str) -> str | None:
    number = _number(value)
    if number is None:
        return f"{_shown(parameter, value)} is not a number"
    least, most = _number(parameter.get("MinValue")), _number(parameter.get("MaxValue"))
    if least is not None and number < least:
        return f"{_shown(parameter, value)} is less than {parameter['MinValue']}"
    if most is not None and number > most:
        return f"{_shown(parameter, value)} is more than {parameter['MaxValue']}"
    return None


def _length_problem(parameter: Mapping[str, Any], value: str) -> str | None:
    least, most = _number(parameter.get("MinLength")), _number(parameter.get("MaxLength"))
    if least is not None and len(value) < least:
        return f"shorter than {parameter['MinLength']} characters"
    if most is not None and len(value) > most:
        return f"longer than {parameter['MaxLength']} characters"
    return None


def _matches(pattern: str, value: str) -> bool | None:
    """Whether the whole value matches; None for a pattern that is left to CloudFormation.

    It speaks Java's dialect, and a hostile pattern could keep Python's engine busy for hours: only what is short
    and repeats little is tried here. CloudFormation checks all of them before it creates anything.
    """
    if len(value) > 256 or _REPEATED_GROUP.search(pattern) or len(_REPEATS.findall(pattern)) > 3:
        return None
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return None
