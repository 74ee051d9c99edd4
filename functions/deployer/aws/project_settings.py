"""With which settings a project is deployed: its parameters' values and tags, and where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployer.aws.networks import default_network
from deployer.aws.stacks import Stacks
from deployer.project.project import ProjectKind, settings_folders
from deployer.project.samconfig import find_samconfig
from deployer.session import LogLevel
from deployer.template.chosen import choose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.project.project import Project
    from deployer.settings import Settings
    from deployer.state_data import DeployRequest
    from deployer.template.made_names import Place
    from deployer.worker import FoundSettings, ParameterValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectSettings:
    """`values` is None for a CDK app, whose template is not there yet. `notes` are log entries."""

    found: FoundSettings
    values: list[ParameterValue] | None
    notes: tuple[tuple[LogLevel, str], ...]


def find_settings(
    project: Project, texts: Mapping[str, str], request: DeployRequest, place: Place, settings: Settings
) -> ProjectSettings:
    """Raises ParametersMissing, ParametersInvalid."""
    file = find_samconfig(texts, *settings_folders(project, request["projectRoot"]))
    found: FoundSettings = {
        "samconfig": dict(file.parameters),
        "tags": dict(file.tags),
        "stack": _kept(request, settings),
    }
    notes = tuple((LogLevel.WARNING, note) for note in file.notes)
    if project.kind is ProjectKind.CDK:
        return ProjectSettings(found=found, values=None, notes=notes)
    values, told = choose(project.document, request["parameters"], found, place, default_network)
    said = tuple((LogLevel.INFO, sentence) for sentence in told)
    return ProjectSettings(found=found, values=values, notes=(*notes, *said))


def _kept(request: DeployRequest, settings: Settings) -> dict[str, str]:
    """The values of the stack that the request names, if there is one. A name that we make is a new one."""
    name = request["stackName"]
    stack = Stacks.from_settings(settings).describe(name) if name else None
    return dict(stack.kept_parameters) if stack else {}
