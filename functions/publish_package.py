"""PublishPackage: the packages, and a template without local paths, are in the artifact bucket."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.app_packages import package_app
from deployer.aws.artifacts import Artifacts, build_key, source_key, trusted_key
from deployer.aws.clients import client
from deployer.aws.earlier_builds import keep_build
from deployer.aws.packages import Packages
from deployer.aws.sessions import Sessions
from deployer.aws.worker_reports import read_report
from deployer.errors import ArtifactInvalid, ArtifactMissing
from deployer.log_text import clean
from deployer.packaging.archive import sha256_of
from deployer.packaging.archive_names import check_twins
from deployer.packaging.hostile_archive import ZipLimits, members, open_zip
from deployer.packaging.source_archive import MAX_UNPACKED_BYTES, SourceArchive
from deployer.policy.scope import Scope
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.stack import MAX_GIVEN_TAGS
from deployer.state_data import StateEvent
from deployer.template.capabilities import capabilities
from deployer.template.chosen import choose
from deployer.template.made_names import StackPlace
from deployer.template.parameter_uses import secret_outputs
from deployer.template.settled import asked_values, known_values, recorded
from deployer.worker import PROJECT, SOURCE

if TYPE_CHECKING:
    from deployer.aws.app_packages import Settle
    from deployer.state_data import DeployRequest, Package, Source
    from deployer.template.template import Template
    from deployer.worker import BuildUnit, EarlierBuild, FoundProject, ParameterValue

_MAX_PROJECT_BYTES: Final = 16 << 20
_MAX_SOURCE_BYTES: Final = 2 << 30
_MAX_WARNINGS: Final = 50
_BUILT_LIMITS: Final = ZipLimits(max_files=65_000, max_bytes=MAX_UNPACKED_BYTES)


class Event(StateEvent):
    request: DeployRequest
    source: Source


def handler(event: Event, _: object) -> Package:
    settings = Settings.from_env()
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of its own metrics
    return publish(event, settings, Artifacts.from_settings(settings), Sessions.from_settings(settings))


def publish(event: Event, settings: Settings, artifacts: Artifacts, sessions: Sessions) -> Package:
    """Raises the build's error, and what Packages.package raises."""
    found: FoundProject = json.loads(artifacts.get(trusted_key(event["sessionId"], PROJECT), _MAX_PROJECT_BYTES))
    with TemporaryDirectory() as folder:
        archive = Path(folder, SOURCE)
        artifacts.download(source_key(event["sessionId"], SOURCE), archive, _MAX_SOURCE_BYTES)
        with SourceArchive.open(archive) as source:
            packages = _packages(artifacts, source, settings)
            notes = _take_units(event, found, packages)
            settle = partial(_settle, sessions, event, found, packages.scope, notes)
            template, values = _template(found, packages, Path(folder), settle)
    key = packages.publish_template(template)
    _record(event, sessions, [*notes, (LogLevel.INFO, str(packages.tally))], values)
    return {
        "templateKey": key,
        "capabilities": capabilities(template),
        "parameters": asked_values(values),
        "tags": _tags(event["request"]["tags"], found["settings"]["tags"]),
        "secretOutputs": secret_outputs(template),
    }


def _tags(request: dict[str, str], samconfig: dict[str, str]) -> dict[str, str]:
    """Those of the request, and of the project's own as many as there is room for."""
    others = [(key, value) for key, value in samconfig.items() if key not in request]
    return request | dict(others[: MAX_GIVEN_TAGS - len(request)])


def _settle(
    sessions: Sessions,
    event: Event,
    found: FoundProject,
    scope: Scope,
    notes: list[tuple[LogLevel, str]],
    template: Template,
) -> list[ParameterValue]:
    """What DetectProject settled; for a template that the build made, what is settled now, without a network."""
    if found["parameters"] is not None:
        return found["parameters"]
    name = event["source"]["stackName"]
    place = StackPlace(stack_name=name, account_id=scope.account_id, region=scope.region)
    given = sessions.given_parameters(event["sessionId"])
    values, told = choose(template, given, found["settings"], place)
    notes += [(LogLevel.INFO, sentence) for sentence in told]
    return values


def _template(
    found: FoundProject, packages: Packages, folder: Path, settle: Settle
) -> tuple[Template, list[ParameterValue]]:
    """Of the project itself, or of what the build made of an AWS CDK app; and the values of its parameters."""
    app = next((unit for unit in found["units"] if unit["kind"] == "app"), None)
    if app is None:
        values = settle(found["document"])
        return packages.package(found["document"], found["basePath"], known_values(values)), values
    archive = folder / "assembly.zip"
    packages.artifacts.download(packages.built[app["id"]], archive, MAX_UNPACKED_BYTES)
    with SourceArchive.open(archive) as assembly:
        return package_app(replace(packages, source=assembly), app["options"]["account"], settle)


def _packages(artifacts: Artifacts, source: SourceArchive, settings: Settings) -> Packages:
    return Packages(
        artifacts=artifacts,
        source=source,
        scope=Scope.from_settings(settings, client("s3").meta.region_name),
    )


def _take_units(event: Event, found: FoundProject, packages: Packages) -> list[tuple[LogLevel, str]]:
    """A package for each unit, from an earlier build or from this session's, and what the latter has to say."""
    _take_earlier(found, packages)
    if found["built"] or not found["units"]:
        return []
    report = read_report(packages.artifacts, event["sessionId"], "build")
    for unit in found["units"]:
        with TemporaryDirectory() as folder:
            file = _fetched(packages.artifacts, event["sessionId"], unit, _sha256(report, unit), Path(folder))
            packages.add_built(unit["id"], file)
    build: EarlierBuild = {
        "sessionId": event["sessionId"],
        "packages": packages.built,
        "warnings": _warnings(report),
    }
    keep_build(packages.artifacts, found["buildIdentity"], build)
    return [(LogLevel.WARNING, text) for text in build["warnings"]]


def _take_earlier(found: FoundProject, packages: Packages) -> None:
    """Those that DetectProject saw, if nobody removed one since. Raises ArtifactMissing."""
    for unit in found["units"]:
        key = found["built"].get(unit["id"])
        if key is not None and not packages.artifacts.exists(key):
            raise ArtifactMissing(
                f"the package of {unit['name']}, which an earlier session built, was removed from the artifact "
                "bucket just now: start the deployment again, and it is built anew"
            )
        if key is not None:
            packages.reuse(unit["id"], key)


def _warnings(report: dict[str, Any]) -> list[str]:
    warnings = report.get("warnings")
    texts = [text for text in warnings if isinstance(text, str)] if isinstance(warnings, list) else []
    return [clean(text) for text in texts[:_MAX_WARNINGS]]


def _sha256(report: dict[str, Any], unit: BuildUnit) -> object:
    """What the report says of the unit's zip, if it says anything."""
    packages = report.get("packages")
    package = packages.get(unit["id"]) if isinstance(packages, dict) else None
    return package.get("sha256") if isinstance(package, dict) else None


def _fetched(artifacts: Artifacts, session_id: str, unit: BuildUnit, sha256: object, folder: Path) -> Path:
    """One zip, read from the bucket once: what is checked here is what is published."""
    path = folder / f"{unit['id']}.zip"
    artifacts.download(build_key(session_id, path.name), path, MAX_UNPACKED_BYTES)
    if sha256_of(path) != sha256:
        raise ArtifactInvalid(f"the package of {unit['name']} is not what the build reported")
    with open_zip(path, _BUILT_LIMITS) as archive:
        found = members(archive, _BUILT_LIMITS)
    check_twins(member.name for member in found)
    if any(member.is_link for member in found):
        raise ArtifactInvalid(f"the package of {unit['name']} holds a link")
    return path


def _record(
    event: Event, sessions: Sessions, entries: list[tuple[LogLevel, str]], values: list[ParameterValue]
) -> None:
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PUBLISHING,
        next=Stage.PLANNING,
        message="asking CloudFormation what would change",
        entries=entries,
        parameters=recorded(values),
    )
