"""Infrastructure tools that are recognised by a file's name, and not deployed."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_NAMES: Final = {
    "AWS CDK": re.compile(r"cdk\.json"),
    "Terraform": re.compile(r".+\.tf(?:\.json)?"),
    "Serverless Framework": re.compile(r"serverless\.(?:yml|yaml|ts|js|json)"),
    "Pulumi": re.compile(r"Pulumi\.ya?ml"),
}


def frameworks(files: Iterable[str]) -> dict[str, dict[str, str]]:
    """For each folder that holds such a project, the tools' names, each with the path that gives it away."""
    found: dict[str, dict[str, str]] = {}
    for path in files:
        folder, name = posixpath.split(path)
        for tool, pattern in _NAMES.items():
            if pattern.fullmatch(name):
                found.setdefault(folder, {}).setdefault(tool, path)
    return found
