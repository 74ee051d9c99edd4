"""Whose a failure is: ours, the project's, the platform's, this machine's, or the other tool's."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tests.parity.run import Tool
from tests.parity.sam_cli import INTERPRETER_MISSING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.parity.run import Run


class Owner(StrEnum):
    OURS = "ours"
    SAM = "sam's"
    PROJECT = "the project's"
    PLATFORM = "the platform's"
    MACHINE = "this machine's"


# What the emulator says of what it lacks; AWS has the type, the property or the transform.
_PLATFORM: Final = re.compile(
    r"Unsupported resource type|Unrecognized resource types|is not supported by this emulator|by this emulator"
    r"|INTERNAL_FAILURE|Could not connect to the endpoint|unsupported dynamic reference",
    re.IGNORECASE,
)
_PROJECTS: Final = frozenset(
    {
        "ParametersMissing",
        "ParametersInvalid",
        "ProjectNotFound",
        "ProjectRootNotFound",
        "ProjectUnsupported",
        "SeveralProjects",
        "SourceMissing",
        "TemplateInvalid",
        "HandlerNotFound",
    }
)
_PROJECTS_WORDS: Final = re.compile(
    r"Parameters: \[.*\] must have values|does not exist|no such file|not a valid|invalid|must be"
    r"|Cannot find module|Could not find|No matching distribution|npm (?:ERR|error)|unresolved",
    re.IGNORECASE,
)


def owner(run: Run, others: Iterable[Run]) -> Owner | None:
    """Nothing when it was deployed. `others` are runs of the same project by the other tool.

    What the other tool deploys can be deployed: then it is the tool's own, unless the platform or the machine says
    that it lacks something. What neither deploys is the project's when both say so.
    """
    if run.deployed:
        return None
    if run.code == INTERPRETER_MISSING:
        return Owner.MACHINE
    if _PLATFORM.search(run.reason):
        return Owner.PLATFORM
    own = Owner.OURS if run.tool is Tool.OURS else Owner.SAM
    if any(each.deployed for each in others):
        return own
    return Owner.PROJECT if _says_project(run) else own


def _says_project(run: Run) -> bool:
    if run.tool is Tool.OURS and run.code in _PROJECTS:
        return True
    return run.code != "TemplateNotAllowed" and bool(_PROJECTS_WORDS.search(run.reason))
