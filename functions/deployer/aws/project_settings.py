"""With which settings a project is deployed: its parameters' values and tags, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployer.aws.networks import default_network
from deployer.project.project import ProjectKind, settings_folders
from deployer.project.samconfig import find_samconfig
from deployer.session import LogLevel
from deployer.template.chosen import choose
from deployer.template.settled import known_values

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.project.project import Project
    from deployer.stack.stack import Stack
    from deployer.state_data import DeployRequest
    from deployer.template.made_names import StackPlace
    from deployer.worker import FoundSettings, ParameterValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for, where the stack is going to be, and the one that the request names, if it is there."""

    request: DeployRequest
    parameters: Mapping[str, str]
    place: StackPlace
    stack: Stack | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """`values` is None for a CDK app, whose template is not there yet. `notes` are log entries."""

    found: FoundSettings
    values: list[ParameterValue] | None
    notes: tuple[tuple[LogLevel, str], ...]

    @property
    def known(self) -> dict[str, str]:
        """The values that are known by now, but for defaults."""
        return known_values(self.values or [])


def find_settings(project: Project, texts: Mapping[str, str], asked: Asked) -> ProjectSettings:
    """Raises ParametersMissing, ParametersInvalid."""
    file = find_samconfig(texts, *settings_folders(project, asked.request["projectRoot"]))
    found: FoundSettings = {
        "samconfig": dict(file.parameters),
        "tags": dict(file.tags),
        "stack": dict(asked.stack.kept_parameters) if asked.stack else {},
    }
    notes = tuple((LogLevel.WARNING, note) for note in file.notes)
    if project.kind is ProjectKind.CDK:
        return ProjectSettings(found=found, values=None, notes=notes)
    values, told = choose(project.document, asked.parameters, found, asked.place, default_network)
    said = tuple((LogLevel.INFO, sentence) for sentence in told)
    return ProjectSettings(found=found, values=values, notes=(*notes, *said))
