"""The templates among a repository's texts."""

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
    from collections.abc import Iterator

    from deployer.worker import Manifest

# What a template that cannot be read still shows.
_MARK: Final = re.compile(r"AWSTemplateFormatVersion|AWS::Serverless-2016-10-31|\bType\W{1,5}AWS::\w+::\w+")
_CHILD: Final = {"AWS::CloudFormation::Stack": "TemplateURL", "AWS::Serverless::Application": "Location"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTemplate:
    """`error` is why the text is none, though it looks like a template or is named like one; `is_sam` is known."""

    path: str
    document: dict[str, Any]
    is_sam: bool
    error: TemplateInvalid | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it is a bare frame: sections as in a template, and no resource in them."""
        return bool(self.document) and not self.document.get("Resources")

    @property
    def is_synthesized(self) -> bool:
        """Whether a CDK app wrote it: by default, each of its resources has the path of its construct."""
        every = [resource for _, resource in resources(self.document)]
        return any(each["Type"] == "AWS::CDK::Metadata" or "aws:cdk:path" in _metadata(each) for each in every)

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
        is_sam = template.SAM_TRANSFORM in text
        return FoundTemplate(path=path, document={}, is_sam=is_sam, error=error) if looks_like_one else None
    is_sam = template.is_sam(document)
    if is_sam or template.is_cloudformation(document):
        return FoundTemplate(path=path, document=document, is_sam=is_sam, error=_shape_error(document, path))
    if "AWSTemplateFormatVersion" in document:
        none = TemplateInvalid(f"{path}: declares no AWS resource")
        return FoundTemplate(path=path, document=document, is_sam=False, error=none)
    return None


def _unread(manifest: Manifest, path: str) -> FoundTemplate | None:
    if path not in manifest["oversized"] or posixpath.basename(path) not in STANDARD_TEMPLATES:
        return None
    error = TemplateInvalid(f"{path}: is larger than {template.MAX_BODY_BYTES:,} bytes, CloudFormation's limit")
    return FoundTemplate(path=path, document={}, is_sam=False, error=error)


def _shape_error(document: template.Template, path: str) -> TemplateInvalid | None:
    if isinstance(document.get("Resources"), dict) and document["Resources"]:
        return None
    return TemplateInvalid(f"{path}: has no Resources")


def child_paths(document: template.Template, path: str) -> Iterator[str]:
    """The paths of the local templates that this one deploys as nested stacks or applications."""
    return (child for child, _ in children(document, path))


def children(document: template.Template, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The same, each with the resource that deploys it."""
    for _, resource in resources(document):
        properties = resource.get("Properties")
        name = _CHILD.get(resource["Type"])
        value = properties.get(name) if isinstance(properties, dict) and name else None
        if isinstance(value, str) and is_local(value):
            with suppress(PathUnsafe):  # who packages it will say so
                yield normalized(value, path, f"{resource['Type']}.{name}"), resource


def _metadata(resource: dict[str, Any]) -> dict[str, Any]:
    metadata = resource.get("Metadata")
    return metadata if isinstance(metadata, dict) else {}
