"""A template's text as a document: YAML or JSON with CloudFormation's short forms, read as hostile input.

What PyYAML builds from the text is bounded before it builds anything: its composer recurses in C, so 100,000
brackets end the process, and a few hundred bytes of aliases grow to gigabytes.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, ClassVar, Final

import yaml

from deployer.template.yaml_growth import MAX_DEPTH, TOO_DEEP, TextInvalid, check_growth, line_of

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# AWS CloudFormation User Guide, "Intrinsic function reference" and "Rule-specific intrinsic functions".
_FUNCTIONS: Final = """
    And Base64 Cidr Contains EachMemberEquals EachMemberIn Equals FindInMap ForEach GetAtt GetAZs GetStackOutput If
    Implies ImportValue Join Length Not Or RefAll Select Split Sub ToJsonString Transform ValueOf ValueOfAll
"""
# Matches at every quote, closed or not: a search that fails there costs the square of the text.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.?)*+"?', re.DOTALL)
_BRACKETS: Final = re.compile(r"[\[\]{}]")
_LONGEST_NUMBER: Final = 40
# Stands where bytes were no UTF-8. Such a template would be deployed otherwise than its author wrote it.
LOST: Final = "\N{REPLACEMENT CHARACTER}"


def read(text: str) -> Any:
    """The document, made of dict, list, str, int, float, bool and None only; no part of it is shared.

    Short forms become long ones (`!GetAtt a.b.c` is `{"Fn::GetAtt": ["a", "b.c"]}`), keys are text as written,
    and timestamps stay text.
    Of a key that is there twice the last one counts, as in CloudFormation (its ValidateTemplate takes such
    a template, and GetTemplateSummary answers with the last value; cfn-lint warns of it). What is deployed
    is written from this document, so that nobody reads it otherwise.
    Raises TextInvalid for anything that is no single document, or grows beyond the limits above.
    """
    if LOST in text:
        raise TextInvalid("is not UTF-8 text", text.count("\n", 0, text.index(LOST)) + 1)
    document = _read_json(text) if text.lstrip().startswith("{") else _read_yaml(text)
    try:
        # The round trip gives each alias its own copy, and proves that every string can be written as UTF-8.
        return json.loads(json.dumps(document, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise TextInvalid("holds half of a surrogate pair") from None


def _read_json(text: str) -> Any:
    _check_brackets(text)
    try:
        return json.loads(text, parse_int=_integer, parse_float=_number, parse_constant=str)
    except json.JSONDecodeError as error:
        raise TextInvalid(error.msg, error.lineno) from error


def _check_brackets(text: str) -> None:
    depth = 0
    for bracket in _BRACKETS.finditer(_STRING.sub("", text)):
        depth += 1 if bracket[0] in "[{" else -1
        if depth > MAX_DEPTH:
            raise TextInvalid(TOO_DEEP)


def _integer(text: str) -> int | str:
    # Python refuses more than 4,300 digits, and base 60 (`1:1:1`, YAML 1.1) costs the square of its length.
    return int(text) if len(text) <= _LONGEST_NUMBER else text


def _number(text: str) -> float | str:
    value = float(text)
    return value if math.isfinite(value) else text


def _read_yaml(text: str) -> Any:
    try:
        check_growth(text, _Loader)
        return yaml.load(text, Loader=_TemplateLoader)  # noqa: S506 - a SafeLoader with fewer types
    except yaml.MarkedYAMLError as error:
        raise TextInvalid(_problem(error), line_of(error.problem_mark)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise TextInvalid(f"holds a character that YAML does not allow: {error.reason}", line) from error
    except yaml.YAMLError as error:
        raise TextInvalid(str(error)) from error


def _problem(error: yaml.MarkedYAMLError) -> str:
    return " ".join(part for part in (error.context, error.problem) if part)


class _TemplateLoader(_Loader):  # type: ignore[misc]  # the base is chosen at run time
    """SafeLoader without its types that JSON lacks, and with CloudFormation's tags."""

    # Copies: PyYAML keeps both on the class, and every other loader must stay as it is.
    yaml_implicit_resolvers: ClassVar[Any] = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":value"))]
        for first, resolvers in _Loader.yaml_implicit_resolvers.items()
    }
    yaml_constructors: ClassVar[dict[str | None, Any]] = {}


def _construct_map(loader: Any, node: Any) -> dict[str, Any]:
    if not isinstance(node, yaml.MappingNode):
        raise TextInvalid("expected a mapping", line_of(node.start_mark))
    _check_keys(node)
    loader.flatten_mapping(node)
    members = {key.value: loader.construct_object(value, deep=True) for key, value in node.value}
    target = members.get("Fn::GetAtt")
    return {"Fn::GetAtt": target.split(".", 1)} if len(members) == 1 and isinstance(target, str) else members


def _check_keys(node: Any) -> None:
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode) or not key.tag.startswith("tag:yaml.org,2002:"):
            raise TextInvalid("a key is not text", line_of(key.start_mark))


def _construct_list(loader: Any, node: Any) -> list[Any]:
    return list(loader.construct_sequence(node, deep=True))


def _construct_text(loader: Any, node: Any) -> str:
    return str(loader.construct_scalar(node))


def _construct_number(loader: Any, node: Any) -> Any:
    construct = loader.construct_yaml_int if node.tag.endswith(":int") else loader.construct_yaml_float
    try:
        number = construct(node) if len(node.value) <= _LONGEST_NUMBER else node.value
    except (ValueError, TypeError, OverflowError):
        raise TextInvalid(f"{node.value!r} is not a number", line_of(node.start_mark)) from None
    return number if isinstance(number, str) or math.isfinite(number) else node.value


def _construct_bool(loader: Any, node: Any) -> Any:
    if str(node.value).lower() not in loader.bool_values:
        raise TextInvalid(f"{node.value!r} is neither true nor false", line_of(node.start_mark))
    return loader.construct_yaml_bool(node)


def _construct_null(_loader: Any, _node: Any) -> None:
    return None


def _construct_function(loader: Any, node: Any) -> dict[str, Any]:
    name = node.tag[1:]
    value = _construct_content(loader, node)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


def _construct_content(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return _construct_map(loader, node)
    return _construct_list(loader, node) if isinstance(node, yaml.SequenceNode) else _construct_text(loader, node)


def _construct_unknown(_loader: Any, node: Any) -> None:
    raise TextInvalid(f"the tag {node.tag} is none of CloudFormation's", line_of(node.start_mark))


_CONSTRUCTORS: Final[dict[str | None, Any]] = {
    "tag:yaml.org,2002:map": _construct_map,
    "tag:yaml.org,2002:seq": _construct_list,
    "tag:yaml.org,2002:str": _construct_text,
    "tag:yaml.org,2002:timestamp": _construct_text,
    "tag:yaml.org,2002:int": _construct_number,
    "tag:yaml.org,2002:float": _construct_number,
    "tag:yaml.org,2002:bool": _construct_bool,
    "tag:yaml.org,2002:null": _construct_null,
    **{f"!{name}": _construct_function for name in ("Ref", "Condition", *_FUNCTIONS.split())},
    None: _construct_unknown,
}
for _tag, _constructor in _CONSTRUCTORS.items():
    _TemplateLoader.add_constructor(_tag, _constructor)
