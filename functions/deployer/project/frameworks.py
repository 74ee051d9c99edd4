"""Infrastructure tools that are recognised by a file's name, or by what it imports, and not deployed."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from deployer.project import cdk

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NAMES: Final = {
    "Terraform": re.compile(r".+\.tf(?:\.json)?"),
    "Serverless Framework": re.compile(r"serverless\.(?:yml|yaml|ts|js|json)"),
    "Pulumi": re.compile(r"Pulumi\.ya?ml"),
}
# A CDK app in Python is often kept without its cdk.json; its app.py looks like a handler's.
CDK_FILES: Final = re.compile(r"app\.py|.*(?:stack|cdk).*\.py", re.IGNORECASE)
"""What may be a CDK app, or a stack of one, by its name: `cdk init` writes `{project}_stack.py`."""
_CDK_APP: Final = re.compile(r"^(?:import|from) aws_cdk\b", re.MULTILINE)


def frameworks(files: Iterable[str], texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """For each folder that holds such a project, the tools' names, each with the path that gives it away."""
    found: dict[str, dict[str, str]] = {}
    paths = list(files)
    for path in paths:
        folder, name = posixpath.split(path)
        if name == cdk.CDK_JSON:
            found.setdefault(folder, {}).setdefault(cdk.tool(texts.get(path, "")), path)
        for tool, pattern in _NAMES.items():
            if pattern.fullmatch(name):
                found.setdefault(folder, {}).setdefault(tool, path)
    for path in paths:
        folder, name = posixpath.split(path)
        if CDK_FILES.fullmatch(name) and _CDK_APP.search(texts.get(path, "")):
            found.setdefault(folder, {}).setdefault(cdk.TOOL, path)
    return found


def outermost(tools: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """Without the folders inside of another one: a module of a Terraform project is no project."""
    return {folder: found for folder, found in tools.items() if not any(is_inside(folder, each) for each in tools)}


def is_inside(folder: str, other: str) -> bool:
    """Whether it lies below the other one; "" is the repository's top."""
    return folder != other and (other == "" or folder.startswith(f"{other}/"))
