"""A template's parameters: what it says of them, and whether a value fits, before anything is created."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from deployer.template.limits import PARAMETER_VALUE

if TYPE_CHECKING:
    from deployer.template.template import Template

# AWS CloudFormation User Guide, "Get values stored in other services using dynamic references".
_REFERENCE: Final = re.compile(r"\{\{resolve:(?:ssm|ssm-secure|secretsmanager):[^{}]+\}\}")
_BY_REFERENCE: Final = (
    "is secret (NoEcho), and secrets are taken by reference alone: put it into Secrets Manager or Parameter Store "
    "and give {{resolve:secretsmanager:NAME:SecretString:KEY}} or {{resolve:ssm-secure:NAME}}. What was given as "
    "text is not kept"
)
_CONSTRAINTS: Final = frozenset({"AllowedPattern", "AllowedValues", "MinLength", "MaxLength"})

# XML 1.0, "Characters": CloudFormation answers in XML, which can say no others.
_NOT_TEXT: Final = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LISTS: Final = ("CommaDelimitedList", "List<")
_REPEATED_GROUP: Final = re.compile(r"\)[*+?{]")
_REPEATS: Final = re.compile(r"[*+{]")


def text_problem(value: str) -> str | None:
    """Why that is no parameter's value, whatever the template says of it, or None."""
    found = _NOT_TEXT.search(value)
    return f"holds the character U+{ord(found[0]):04X}, which is no text" if found else None


def declared(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The parameters of the template, by name."""
    section = template.get("Parameters")
    if not isinstance(section, Mapping):
        return {}
    return {str(name): value for name, value in section.items() if isinstance(value, Mapping)}


def is_secret(parameter: Mapping[str, Any]) -> bool:
    """NoEcho: CloudFormation shows its value to nobody, and neither do we."""
    return as_text(parameter.get("NoEcho", "")).lower() == "true"


def is_reference(value: str) -> bool:
    """Whether it is one dynamic reference and nothing else: where a secret is, not what it is."""
    return _REFERENCE.fullmatch(value) is not None


def described(name: str, parameter: Mapping[str, Any]) -> str:
    """`Stage (String: where it runs)`; of a secret also that it is taken by reference."""
    description = " ".join(str(parameter.get("Description", "")).split())
    kind = str(parameter.get("Type", "String"))
    kind += ", a secret: give a {{resolve:...}} reference" if is_secret(parameter) else ""
    return f"{name} ({kind}: {description[:200]})" if description else f"{name} ({kind})"


def problem_of(parameters: Mapping[str, Mapping[str, Any]], name: str, value: str) -> str | None:
    """Why the value cannot be that parameter's, or None. What only CloudFormation can know is left to it."""
    if name not in parameters:
        return f"the template has no such parameter (it has {', '.join(parameters) or 'none'})"
    if problem := text_problem(value):
        return problem
    if is_secret(parameters[name]):
        return None if is_reference(value) else _BY_REFERENCE
    return _value_problem(parameters[name], value)


def fits(parameter: Mapping[str, Any], value: str) -> bool:
    """Whether the template certainly takes the value: one whose pattern cannot be tried does not fit."""
    pattern = parameter.get("AllowedPattern")
    is_tried = pattern is None or (isinstance(pattern, str) and _matches(pattern, value) is not None)
    return is_tried and _value_problem(parameter, value) is None


def without_constraints(template: Template, values: Mapping[str, str]) -> Template:
    """The template with nothing said of secrets that are given by reference: it was said of what they hold.

    CloudFormation compares AllowedPattern and the lengths with the text that it is given, here the reference.
    """
    parameters = dict(template.get("Parameters") or {})
    for name, parameter in declared(template).items():
        if is_secret(parameter) and is_reference(values.get(name, "")):
            parameters[name] = {key: said for key, said in parameter.items() if key not in _CONSTRAINTS}
    return {**template, "Parameters": parameters} if parameters else template


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
    if isinstance(allowed, list) and value not in {as_text(option) for option in allowed}:
        return f"{_shown(parameter, value)} is none of {', '.join(as_text(option) for option in allowed)}"
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
    return "the value" if is_secret(parameter) else repr(value[:100])


def as_text(value: Any) -> str:
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
