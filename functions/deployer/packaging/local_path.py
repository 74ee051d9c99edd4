"""A path in a template that means a file or folder of the repository."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from deployer.errors import PathUnsafe

_REMOTE: Final = re.compile(r"(?:s3|https?)://", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)


class Content(StrEnum):
    """What becomes of the local file or folder."""

    ZIP = "zip"  # zipped, or built into a zip
    FILE = "file"  # uploaded as it is
    TEMPLATE = "template"  # packaged itself, then uploaded
    INCLUDE = "include"  # put in the place of the Fn::Transform that names it


class Form(StrEnum):
    """How a property says where in S3 its content is."""

    URI = "s3://{bucket}/{key}"
    URL = "https://..."
    BUCKET_KEY = "Bucket, Key"
    S3_BUCKET_KEY = "S3Bucket, S3Key"
    NONE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPath:
    """One property with a local path. `location` leads to it in the template; `path` is relative to the top of the
    repository, normalized, and "" for the top itself."""

    logical_id: str
    resource_type: str
    location: tuple[str, ...]
    path: str
    content: Content
    form: Form

    @property
    def name(self) -> str:
        """For messages: `Resources.Hello.Properties.CodeUri`."""
        return ".".join(self.location)


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Object:
    """Where a package is. `url` is the https address that CloudFormation takes."""

    bucket: str
    key: str
    url: str

    def in_form(self, form: Form) -> str | dict[str, str]:
        match form:
            case Form.BUCKET_KEY:
                return {"Bucket": self.bucket, "Key": self.key}
            case Form.S3_BUCKET_KEY:
                return {"S3Bucket": self.bucket, "S3Key": self.key}
            case Form.URL:
                return self.url
            case _:
                return f"s3://{self.bucket}/{self.key}"


def is_local(value: object) -> bool:
    """Whether a property's value is a path, as `aws cloudformation package` decides it: a text, and no address."""
    return isinstance(value, str) and not _REMOTE.match(value)


def normalized(value: str, template_path: str, name: str) -> str:
    """The path from the top of the repository, of one that is relative to the template's folder.

    Raises PathUnsafe, naming the property, when it is absolute, no plain path, or leads out of the repository.
    """
    if value.startswith("/") or _SCHEME.match(value) or "\\" in value or not value.isprintable():
        raise PathUnsafe(f"{name}: {value[:200]!r} is not a relative path with /")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(template_path), value))
    parts = path.split("/")
    if parts[0] == ".." or ".git" in {part.casefold() for part in parts}:
        raise PathUnsafe(f"{name}: {value[:200]!r} leads out of the repository")
    return "" if path == "." else path
