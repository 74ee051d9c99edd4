"""DetectProject: it is known what the project is, and why, and what has to be built."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployer.amounts import counted
from deployer.aws.artifacts import Artifacts, source_key, trusted_key
from deployer.aws.callers_stack import callers_stack
from deployer.aws.clients import client
from deployer.aws.clone_plans import clone_request
from deployer.aws.earlier_builds import find_build
from deployer.aws.earlier_sources import keep_source
from deployer.aws.project_settings import Asked, find_settings
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.aws.worker_reports import entries_of, read_report
from deployer.aws.workers import Workers
from deployer.errors import DeployerError
from deployer.packaging.build_identity import build_identity
from deployer.packaging.source_archive import MAX_UNPACKED_BYTES
from deployer.project.cdk import synthesis
from deployer.project.manifest import MAX_MANIFEST_BYTES, parse_manifest
from deployer.project.project import Project, ProjectKind, detect
from deployer.project.sources import units_of, warnings_of
from deployer.project.survey import SeenProject, recorded, survey
from deployer.repository import Repository
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent
from deployer.template.limits import check_early
from deployer.template.made_names import StackPlace
from deployer.template.settled import recorded as parameter_records
from deployer.template.shape import check_shape
from deployer.worker import MANIFEST, PROJECT, SOURCE, START_SECONDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.aws.project_settings import ProjectSettings
    from deployer.state_data import DeployRequest, ProjectFound, Source
    from deployer.worker import (
        BuildUnit,
        EarlierBuild,
        Finding,
        FoundProject,
        Manifest,
        ParameterValue,
    )

_MAX_FINDINGS: Final = 20


class Event(StateEvent):
    request: DeployRequest
    source: Source


def handler(event: Event, _context: object) -> ProjectFound:
    settings = Settings.from_env()
    artifacts = Artifacts.from_settings(settings)
    session_id, request = event["sessionId"], event["request"]

    clone_notes = entries_of(read_report(artifacts, session_id, "source").get("logTail"))
    manifest = parse_manifest(artifacts.get(source_key(session_id, MANIFEST), MAX_MANIFEST_BYTES))
    sessions = Sessions.from_settings(settings)
    project, units, chosen = _decided(sessions, event, manifest, settings)
    _keep_source(artifacts, event, settings)

    identity = _identity(event["source"], project, units, settings)
    earlier = find_build(artifacts, identity, units) if units and settings.build_image else None
    _write_project(artifacts, session_id, _found(project, units, identity, earlier, chosen))
    to_build = [] if earlier else units
    plan_url = _hand_over(settings, session_id, to_build) if to_build else None
    sessions.log(session_id, event["enteredAt"], Stage.CLONING, clone_notes)
    seen = survey(manifest, request["projectRoot"], project)
    notes = [*chosen.notes, *_reused(earlier), *_warnings(project, manifest, chosen)]
    _record(sessions, event, project, seen, to_build, notes, chosen.values)
    return {
        "kind": project.kind.value,
        "projectRoot": project.root,
        "needsBuild": bool(to_build),
        "planUrl": plan_url,
    }


def _decided(
    sessions: Sessions, event: Event, manifest: Manifest, settings: Settings
) -> tuple[Project, list[BuildUnit], ProjectSettings]:
    """The project, what has to be built, its settings; what was there to choose from is recorded on failure."""
    request, project = event["request"], None
    try:
        project = detect(manifest, request["projectRoot"], request["template"])
        check_shape(project.document)
        check_early(project.document)
        chosen = find_settings(project, manifest["texts"], _asked(sessions, event, settings))
        return project, _units(project, manifest, request, chosen, settings), chosen
    except DeployerError:
        _record_found(sessions, event, project, survey(manifest, request["projectRoot"], project))
        raise


def _asked(sessions: Sessions, event: Event, settings: Settings) -> Asked:
    """A name that we make is a new stack's; one that the request gives may be there. Raises StackNotOurs."""
    name = event["request"]["stackName"]
    stacks = Stacks.from_settings(settings)
    place = StackPlace(stack_name=event["source"]["stackName"], account_id=_account(settings), region=_region())
    stack = callers_stack(stacks, sessions, event["sessionId"], name) if name else None
    given = sessions.given_parameters(event["sessionId"])
    return Asked(request=event["request"], parameters=given, place=place, stack=stack)


def _units(
    project: Project, manifest: Manifest, request: DeployRequest, chosen: ProjectSettings, settings: Settings
) -> list[BuildUnit]:
    """What has to be built. Raises what `units_of` does."""
    if project.kind is ProjectKind.CDK:
        return [synthesis(project.root, request["projectRoot"], _account(settings), _region())]
    return units_of(project.document, project.base_path, manifest, chosen.known)


def _keep_source(artifacts: Artifacts, event: Event, settings: Settings) -> None:
    """Whoever asks for the same next has what was cloned: there is a project in it, and so an archive."""
    source, request = event["source"], event["request"]
    repository = Repository.from_text(source["repository"])
    cloned = clone_request(settings, repository, source["commit"], request["projectRoot"], request["template"])
    keep_source(artifacts, cloned, settings.clone_image, event["sessionId"])


def _account(settings: Settings) -> str:
    """Where this application is, and what it deploys."""
    return settings.worker_role_arn.split(":")[4]


def _region() -> str:
    return str(client("s3").meta.region_name)


def _identity(source: Source, project: Project, units: Sequence[BuildUnit], settings: Settings) -> str:
    place = (project.root, project.base_path)
    images = (settings.clone_image, settings.build_image)
    return build_identity(source["repository"], source["commit"], place, units, images)


def _found(
    project: Project,
    units: list[BuildUnit],
    identity: str,
    earlier: EarlierBuild | None,
    chosen: ProjectSettings,
) -> FoundProject:
    return {
        "basePath": project.base_path,
        "document": project.document,
        "parameters": chosen.values,
        "settings": chosen.found,
        "units": units,
        "buildIdentity": identity,
        "built": earlier["packages"] if earlier else {},
    }


def _reused(earlier: EarlierBuild | None) -> list[tuple[LogLevel, str]]:
    if earlier is None:
        return []
    taken = f"session {earlier['sessionId']} built this commit: its packages are taken"
    return [(LogLevel.INFO, taken), *((LogLevel.WARNING, text) for text in earlier["warnings"])]


def _write_project(artifacts: Artifacts, session_id: str, found: FoundProject) -> None:
    artifacts.put(trusted_key(session_id, PROJECT), json.dumps(found).encode())


def _hand_over(settings: Settings, session_id: str, units: list[BuildUnit]) -> str:
    plan = {
        "units": units,
        "maxUnpackedBytes": MAX_UNPACKED_BYTES,
        "timeoutSeconds": settings.build_timeout_seconds,
    }
    return Workers.from_settings(settings).hand_over(
        session_id,
        "build",
        plan,
        seconds=settings.build_timeout_seconds + START_SECONDS,
        max_bytes=MAX_UNPACKED_BYTES,  # no package is larger as a zip
        reads={"sourceUrl": source_key(session_id, SOURCE)},
    )


def _record(
    sessions: Sessions,
    event: Event,
    project: Project,
    seen: Sequence[SeenProject],
    units: Sequence[BuildUnit],
    notes: Sequence[tuple[LogLevel, str]],
    values: Sequence[ParameterValue] | None,
) -> None:
    names = ", ".join(unit["name"] for unit in units)
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.DETECTING,
        next=Stage.PACKAGING if units else Stage.PUBLISHING,
        message=f"building {names}" if units else "publishing the packages",
        entries=[*((LogLevel.INFO, sentence) for sentence in project.evidence), *notes],
        project=recorded(project, seen),
        parameters=None if values is None else parameter_records(values),
    )


def _record_found(sessions: Sessions, event: Event, project: Project | None, seen: Sequence[SeenProject]) -> None:
    if project is None and not seen:
        return
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.DETECTING,
        next=Stage.DETECTING,
        message="nothing can be deployed yet" if project else "no project was taken",
        project=recorded(project, seen),
    )


def _warnings(project: Project, manifest: Manifest, chosen: ProjectSettings) -> list[tuple[LogLevel, str]]:
    """What stops nothing: functions that cannot start, and cfn-lint's opinion."""
    told = warnings_of(project.document, project.base_path, manifest, chosen.known)
    return [(LogLevel.WARNING, line) for line in [*told[:_MAX_FINDINGS], *_lint_lines(manifest["findings"])]]


def _lint_lines(findings: Sequence[Finding]) -> list[str]:
    told = [
        f"{each['path']}:{each['line']}: {each['rule']} {each['message']}" for each in findings[:_MAX_FINDINGS]
    ]
    more = len(findings) - len(told)
    return [*told, *([f"cfn-lint has {counted(more, 'more finding')}"] if more else [])]
