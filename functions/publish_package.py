"""PublishPackage: the packages, and a template without local paths, are in the artifact bucket."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.app_packages import package_app
from deployer.aws.artifacts import Artifacts, build_key, source_key, trusted_key
from deployer.aws.clients import client
from deployer.aws.packages import Packages
from deployer.aws.sessions import Sessions
from deployer.aws.worker_reports import read_report
from deployer.errors import ArtifactInvalid
from deployer.log_text import clean
from deployer.packaging.archive import sha256_of
from deployer.packaging.archive_names import check_twins
from deployer.packaging.hostile_archive import ZipLimits, members, open_zip
from deployer.packaging.source_archive import MAX_UNPACKED_BYTES, SourceArchive
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent
from deployer.template.capabilities import capabilities
from deployer.worker import PROJECT, SOURCE

if TYPE_CHECKING:
    from deployer.state_data import DeployRequest, Package
    from deployer.template.template import Template
    from deployer.worker import BuildUnit, FoundProject

_MAX_PROJECT_BYTES: Final = 16 << 20
_MAX_SOURCE_BYTES: Final = 2 << 30
_MAX_WARNINGS: Final = 50
_BUILT_LIMITS: Final = ZipLimits(max_files=65_000, max_bytes=MAX_UNPACKED_BYTES)


class Event(StateEvent):
    request: DeployRequest


def handler(event: Event, _: object) -> Package:
    settings = Settings.from_env()
    logging.getLogger("samtranslator").setLevel(logging.ERROR)  # it warns of its own metrics
    return publish(event, settings, Artifacts.from_settings(settings), Sessions.from_settings(settings))


def publish(event: Event, settings: Settings, artifacts: Artifacts, sessions: Sessions) -> Package:
    """Raises the build's error, and what Packages.package raises."""
    found: FoundProject = json.loads(artifacts.get(trusted_key(event["sessionId"], PROJECT), _MAX_PROJECT_BYTES))
    report = read_report(artifacts, event["sessionId"], "build") if found["units"] else {}
    with TemporaryDirectory() as folder:
        archive = _archive(event, artifacts, found["units"], report, Path(folder))
        with SourceArchive.open(archive) as source:
            packages = _packages(artifacts, source, settings)
            template = _template(event, found, report, packages)
    key = packages.publish_template(template)
    _record(event, sessions, [*_warnings(report), (LogLevel.INFO, str(packages.tally))])
    return {"templateKey": key, "capabilities": capabilities(template)}


def _archive(
    event: Event, artifacts: Artifacts, units: list[BuildUnit], report: dict[str, Any], folder: Path
) -> Path:
    """What templates and files are taken from: the repository, or what the build made of an AWS CDK app."""
    if app := _app(units):
        return _fetched(artifacts, event["sessionId"], app, _sha256(report, app), folder)
    archive = folder / SOURCE
    artifacts.download(source_key(event["sessionId"], SOURCE), archive, _MAX_SOURCE_BYTES)
    return archive


def _app(units: list[BuildUnit]) -> BuildUnit | None:
    return next((unit for unit in units if unit["kind"] == "app"), None)


def _template(event: Event, found: FoundProject, report: dict[str, Any], packages: Packages) -> Template:
    parameters = event["request"]["parameters"]
    if app := _app(found["units"]):
        return package_app(packages, app["options"]["account"], parameters)
    _take_built(report, event, found["units"], packages)
    return packages.package(found["document"], found["basePath"], parameters)


def _packages(artifacts: Artifacts, source: SourceArchive, settings: Settings) -> Packages:
    return Packages(
        artifacts=artifacts,
        source=source,
        region=client("s3").meta.region_name,
        boundary_arn=settings.permissions_boundary_arn,
    )


def _take_built(report: dict[str, Any], event: Event, units: list[BuildUnit], packages: Packages) -> None:
    """Publishes what the build left for each unit."""
    for unit in units:
        with TemporaryDirectory() as folder:
            file = _fetched(packages.artifacts, event["sessionId"], unit, _sha256(report, unit), Path(folder))
            packages.add_built(unit["id"], file)


def _warnings(report: dict[str, Any]) -> list[tuple[LogLevel, str]]:
    """What the build has to say."""
    warnings = report.get("warnings")
    texts = [text for text in warnings if isinstance(text, str)] if isinstance(warnings, list) else []
    return [(LogLevel.WARNING, clean(text)) for text in texts[:_MAX_WARNINGS]]


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


def _record(event: Event, sessions: Sessions, entries: list[tuple[LogLevel, str]]) -> None:
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PUBLISHING,
        next=Stage.PLANNING,
        message="asking CloudFormation what would change",
        entries=entries,
    )
