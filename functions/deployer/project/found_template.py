"""The templates among a repository's texts, and which one of a folder is meant."""

from __future__ import annotations

import posixpath
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.amounts import counted
from deployer.errors import PathUnsafe, TemplateInvalid
from deployer.packaging.local_path import is_local, normalized
from deployer.packaging.template_paths import resources
from deployer.project.manifest import STANDARD_TEMPLATES
from deployer.template import template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deployer.worker import Manifest

# What a template that cannot be read still shows.
_MARK: Final = re.compile(r"AWSTemplateFormatVersion|AWS::Serverless-2016-10-31|\bType\W{1,5}AWS::\w+::\w+")
_CHILD: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTemplate:
    """`error` is why the text, which looks like a template or is named like one, is none."""

    path: str
    document: dict[str, Any]
    error: TemplateInvalid | None = None

    @property
    def is_sam(self) -> bool:
        return template.is_sam(self.document)

    @property
    def evidence(self) -> str:
        """A sentence for people."""
        if self.is_sam:
            return f"{self.path} declares the transform {template.SAM_TRANSFORM}"
        types = [resource["Type"] for _, resource in resources(self.document)]
        return f"{self.path} has {counted(len(types), 'resource')}, such as {types[0] if types else 'Fn::ForEach'}"


def read_template(manifest: Manifest, path: str) -> FoundTemplate | None:
    """The template in the file; None when it is something else, such as a Kubernetes manifest or an event."""
    text = manifest["texts"].get(path)
    if text is None:
        return _unread(manifest, path)
    try:
        document = template.parse(text, path)
    except TemplateInvalid as error:
        looks_like_one = posixpath.basename(path) in STANDARD_TEMPLATES or _MARK.search(text)
        return FoundTemplate(path=path, document={}, error=error) if looks_like_one else None
    if template.is_sam(document) or template.is_cloudformation(document):
        return FoundTemplate(path=path, document=document, error=_shape_error(document, path))
    if "AWSTemplateFormatVersion" in document:
        return FoundTemplate(
            path=path, document=document, error=TemplateInvalid(f"{path}: declares no AWS resource")
        )
    return None


def _unread(manifest: Manifest, path: str) -> FoundTemplate | None:
    if path not in manifest["oversized"] or posixpath.basename(path) not in STANDARD_TEMPLATES:
        return None
    error = TemplateInvalid(f"{path}: is larger than {template.MAX_BODY_BYTES:,} bytes, CloudFormation's limit")
    return FoundTemplate(path=path, document={}, error=error)


def _shape_error(document: template.Template, path: str) -> TemplateInvalid | None:
    if isinstance(document.get("Resources"), dict) and document["Resources"]:
        return None
    return TemplateInvalid(f"{path}: has no Resources")


def choose(found: Iterable[FoundTemplate]) -> list[FoundTemplate]:
    """Of one folder's templates, the one that is meant: by the standard name, or because no other refers to it.

    Several are left when neither tells.
    """
    by_name = {posixpath.basename(each.path): each for each in found}
    for name in STANDARD_TEMPLATES:
        if name in by_name:
            return [by_name[name]]
    return without_children([each for each in by_name.values() if each.error is None] or list(by_name.values()))


def without_children(found: list[FoundTemplate]) -> list[FoundTemplate]:
    """Those that no other one deploys as a nested stack or application; all, when they refer to each other."""
    children = {child for each in found for child in child_paths(each.document, each.path) if child != each.path}
    return [each for each in found if each.path not in children] or found


def child_paths(document: template.Template, path: str) -> Iterator[str]:
    """The paths of the local templates that this one deploys as nested stacks or applications."""
    for _, resource in resources(document):
        properties = resource.get("Properties")
        name = _CHILD.get(resource["Type"])
        value = properties.get(name) if isinstance(properties, dict) and name else None
        if isinstance(value, str) and is_local(value):
            with suppress(PathUnsafe):  # who packages it will say so
                yield normalized(value, path, f"{resource['Type']}.{name}")
