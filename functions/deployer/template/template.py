"""A CloudFormation or SAM template: its text, its kind and its transforms."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import TemplateInvalid
from deployer.template.limits import BODY
from deployer.template.text import LOST, read
from deployer.template.yaml_growth import TextInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator

Template = dict[str, Any]
"""A parsed template: JSON types only, intrinsic functions in their long form."""

MAX_BODY_BYTES: Final = BODY.most
SAM_TRANSFORM: Final = "AWS::Serverless-2016-10-31"
LANGUAGE_EXTENSIONS: Final = "AWS::LanguageExtensions"

# `AWS::S3::Bucket`, `Alexa::ASK::Skill`, `Custom::Thing`,
# a third party's `MongoDB::Atlas::Cluster`, a module's `My::Own::Thing::MODULE`.
_RESOURCE_TYPE: Final = re.compile(r"(?:[A-Za-z0-9]+::){2,3}[A-Za-z0-9]+|Custom::[\w@-]+", re.ASCII)


def parse(text: str, path: str) -> Template:
    """The template that the text holds, YAML or JSON. `path` is for messages.

    Raises TemplateInvalid, with path and line, for text that is no single mapping or would grow beyond reason.
    """
    text = text.removeprefix("\ufeff")
    _check_text(text, path)
    try:
        document = read(text)
    except TextInvalid as error:
        place = f"{path}:{error.line}" if error.line else path
        raise TemplateInvalid(f"{place}: {error.problem}") from error
    if not isinstance(document, dict):
        raise TemplateInvalid(f"{path}: holds no mapping of sections such as Resources")
    return document


def _check_text(text: str, path: str) -> None:
    if "\0" in text:
        raise TemplateInvalid(f"{path}:{text[: text.index(chr(0))].count(chr(10)) + 1}: holds a NUL character")
    try:
        size_bytes = len(text.encode())
    except UnicodeEncodeError:
        raise TemplateInvalid(f"{path}: is not UTF-8 text") from None
    if size_bytes > MAX_BODY_BYTES:
        raise TemplateInvalid(f"{path}: has {size_bytes:,} bytes; CloudFormation takes {MAX_BODY_BYTES:,}")


def dump(template: Template) -> bytes:
    """The template as JSON: the same bytes for the same template.

    A replacement character that somebody wrote, as an escape, stays one: by itself it tells of text that was lost.
    """
    text = json.dumps(template, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.replace(LOST, json.dumps(LOST)[1:-1]).encode()


def transforms(template: Template) -> list[str]:
    """The names of all transforms, each once: the template's own, then those of Fn::Transform anywhere in it."""
    declared = [_transform_name(transform) for transform in _as_list(template.get("Transform"))]
    called = [_transform_name(call) for call in _transform_calls(template)]
    return list(dict.fromkeys([*declared, *called]))


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _transform_name(transform: Any) -> str:
    name = transform.get("Name") if isinstance(transform, dict) else transform
    return name if isinstance(name, str) else json.dumps(transform)


def _transform_calls(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        yield from _as_list(node.get("Fn::Transform"))
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _transform_calls(child)


def is_sam(document: Any) -> bool:
    """Whether its own Transform names AWS::Serverless, alone or in a list."""
    return isinstance(document, dict) and any(
        _transform_name(transform).startswith("AWS::Serverless-")
        for transform in _as_list(document.get("Transform"))
    )


def is_cloudformation(document: Any) -> bool:
    """Whether it has Resources, and one of them has a type such as `AWS::S3::Bucket` or `Custom::Thing`."""
    resources = document.get("Resources") if isinstance(document, dict) else None
    return isinstance(resources, dict) and any(
        _is_resource(name, resource) for name, resource in resources.items()
    )


def _is_resource(name: str, resource: Any) -> bool:
    if name.startswith("Fn::ForEach::"):
        return isinstance(resource, list)
    resource_type = resource.get("Type") if isinstance(resource, dict) else None
    return isinstance(resource_type, str) and _RESOURCE_TYPE.fullmatch(resource_type) is not None
