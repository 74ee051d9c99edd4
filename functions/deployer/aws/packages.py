"""Turns a project's files into packages in the artifact bucket, and its template into one that names them."""

from __future__ import annotations

import posixpath
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from deployer.amounts import counted, size
from deployer.errors import ArtifactMissing, TemplateInvalid
from deployer.packaging.archive import write_zip
from deployer.packaging.archive_names import check_twins
from deployer.packaging.build_unit import units_by_path
from deployer.packaging.definition import as_json
from deployer.packaging.known_values import given_to, with_given
from deployer.packaging.local_path import Content, S3Object
from deployer.packaging.source_maps import with_maps_read
from deployer.packaging.template_paths import include, local_paths, point_at
from deployer.policy.judge import Family, Packaged, check
from deployer.template.limits import check_limits
from deployer.template.parameters import without_constraints
from deployer.template.sam import expand, with_boundary
from deployer.template.shape import check_shape
from deployer.template.template import MAX_BODY_BYTES, dump, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.aws.artifacts import Artifacts
    from deployer.packaging.archive import Entry
    from deployer.packaging.local_path import LocalPath
    from deployer.packaging.source_archive import SourceArchive
    from deployer.policy.scope import Scope
    from deployer.template.template import Template
    from deployer.worker import BuildUnit

TEMPLATE_SUFFIX: Final = ".template.json"
_PREBUILT: Final = (".zip", ".jar", ".war")
_STATE_MACHINES: Final = frozenset({"AWS::Serverless::StateMachine", "AWS::StepFunctions::StateMachine"})
MAX_NESTING: Final = 5


@dataclass(slots=True)
class Tally:
    """What was published: how many packages, how many were there already, how many bytes were sent."""

    packages: int = 0
    already_there: int = 0
    sent_bytes: int = 0

    def __str__(self) -> str:
        sent = self.packages - self.already_there
        told = [f"uploaded {counted(sent, 'package')} ({size(self.sent_bytes)})"] if sent else []
        told += [f"reused {counted(self.already_there, 'package')}"] if self.already_there else []
        return ", ".join(told) or "the template needs no package"


@dataclass(slots=True, kw_only=True)
class Packages:
    """Packages one project, as far as `scope` allows. Files are streamed through a temporary folder."""

    artifacts: Artifacts
    source: SourceArchive
    scope: Scope
    tally: Tally = field(default_factory=Tally)
    _built: dict[str, S3Object] = field(default_factory=dict)
    _done: dict[tuple[str, str], S3Object] = field(default_factory=dict)
    _nested_templates: dict[str, Packaged] = field(default_factory=dict)

    def package(self, document: Template, template_path: str, parameters: Mapping[str, str]) -> Template:
        """The template that CloudFormation takes: packages published, SAM expanded, judged with those it nests.

        Raises PathUnsafe, SourceMissing, RuntimeUnsupported, PackageTooLarge, TemplateInvalid,
        TransformUnsupported, TemplateNotAllowed; ArtifactMissing when something that needs a build was not built.
        """
        template = self._template(document, template_path, parameters, nesting=0)
        self.judge(template_path, template, parameters)
        return template

    def _template(
        self, document: Template, template_path: str, parameters: Mapping[str, str], *, nesting: int
    ) -> Template:
        document = self._with_includes(document, template_path)
        check_shape(document)
        paths = local_paths(document, template_path)
        known = with_given(document, parameters)
        units = units_by_path(known, paths, self.source.names, self.source.links)
        packages = {path: self._package(document, path, units.get(path), nesting) for path in paths}
        document = with_maps_read(document, ((path.logical_id, unit) for path, unit in units.items()))
        return self.finished(point_at(document, packages), parameters)

    def finished(self, document: Template, parameters: Mapping[str, str]) -> Template:
        """A template without local paths, as CloudFormation takes it: SAM expanded, its roles bounded.

        Raises TemplateInvalid, TransformUnsupported.
        """
        expanded = expand(document, parameters, self.scope.region)
        packaged = without_constraints(with_boundary(expanded, self.scope.boundary_arn), parameters)
        check_limits(packaged, len(dump(packaged)))
        return packaged

    def nest(self, path: str, template: Template) -> S3Object:
        """The address by which a parent names a finished template; it is judged and published with its parent."""
        package = self._at(self.artifacts.key_of(dump(template), TEMPLATE_SUFFIX))
        self._nested_templates[package.url] = Packaged(path=path, template=template)
        return package

    def judge(self, path: str, template: Template, parameters: Mapping[str, str]) -> None:
        """Returns when a finished template may be deployed with those that it nests. Raises TemplateNotAllowed."""
        parent = Packaged(path=path, template=template)
        family = Family(parent=parent, nested=self._nested_templates, published=self._addresses())
        check(family, parameters, self.scope)

    def publish_files(self, path: str, suffix: str, *, is_folder: bool) -> S3Object:
        """A folder in a zip, or a file as it is. Raises SourceMissing, PathUnsafe, PackageTooLarge."""
        if (path, suffix) not in self._done:
            with TemporaryDirectory() as folder:
                self._done[path, suffix] = (
                    self._zipped(self.source.below(path), Path(folder))
                    if is_folder
                    else self._sent(_copied(self.source.file(path), Path(folder, "file")), suffix)
                )
        return self._done[path, suffix]

    def add_built(self, unit_id: str, file: Path) -> None:
        """Publishes the zip of a build unit."""
        self._built[unit_id] = self._sent(file, ".zip")

    def reuse(self, unit_id: str, key: str) -> None:
        """Takes what an earlier session published for a build unit."""
        self._built[unit_id] = self._at(key)
        self.tally.packages += 1
        self.tally.already_there += 1

    @property
    def built(self) -> dict[str, str]:
        """The key of each build unit's package."""
        return {unit_id: package.key for unit_id, package in self._built.items()}

    def publish_template(self, template: Template) -> str:
        """Its key; what it nests is published with it."""
        for nested in self._nested_templates.values():
            self.artifacts.publish_bytes(dump(nested.template), TEMPLATE_SUFFIX)
        return self.artifacts.publish_bytes(dump(template), TEMPLATE_SUFFIX)[0]

    def _addresses(self) -> frozenset[str]:
        """Of all packages, in every form that a template gives one."""
        packages = [*self._built.values(), *self._done.values()]
        return frozenset(address for each in packages for address in (each.url, f"s3://{each.bucket}/{each.key}"))

    def _with_includes(self, document: Template, template_path: str) -> Template:
        wanted = [path for path in local_paths(document, template_path) if path.content == Content.INCLUDE]
        contents = {path: parse(self.source.text(path.path, MAX_BODY_BYTES), path.path) for path in wanted}
        return include(document, contents)

    def _package(self, document: Template, path: LocalPath, unit: BuildUnit | None, nesting: int) -> S3Object:
        if path.content == Content.TEMPLATE:
            return self._nested(document, path, nesting)
        which = unit["id"] if unit else path.resource_type if path.content == Content.FILE else ""
        if (path.path, which) not in self._done:
            with TemporaryDirectory() as folder:
                self._done[path.path, which] = self._publish(path, unit, Path(folder))
        return self._done[path.path, which]

    def _publish(self, path: LocalPath, unit: BuildUnit | None, folder: Path) -> S3Object:
        if unit is not None:
            return self._built_of(unit)
        if path.content == Content.FILE:
            return self._file(path, folder / "file")
        if self.source.is_file(path.path):
            return self._single(path.path, folder)
        return self._zipped(self.source.below(path.path), folder)

    def _single(self, path: str, folder: Path) -> S3Object:
        """One file as a function's code: an archive as it is, a script in a zip of its own."""
        if not path.endswith(_PREBUILT):
            return self._zipped([self.source.file(path)], folder)
        return self._sent(_copied(self.source.file(path), folder / "file"), posixpath.splitext(path)[1])

    def _zipped(self, entries: list[Entry], folder: Path) -> S3Object:
        check_twins(entry.name for entry in entries)
        write_zip(folder / "package.zip", entries)
        return self._sent(folder / "package.zip", ".zip")

    def _built_of(self, unit: BuildUnit) -> S3Object:
        package = self._built.get(unit["id"])
        if package is None:
            raise ArtifactMissing(f"{unit['name']} ({unit['source'] or '.'}) needs a build and was not built")
        return package

    def _file(self, path: LocalPath, target: Path) -> S3Object:
        suffix = posixpath.splitext(path.path)[1]
        if path.resource_type not in _STATE_MACHINES:
            return self._sent(_copied(self.source.file(path.path), target), suffix)
        target.write_text(as_json(self.source.text(path.path, MAX_BODY_BYTES), path.path))
        return self._sent(target, ".asl.json")

    def _nested(self, document: Template, path: LocalPath, nesting: int) -> S3Object:
        given = given_to(document["Resources"][path.logical_id])
        which = (path.path, f"template with {sorted(given.items())}")
        if which not in self._done:
            self._done[which] = self._packaged(path.path, given, nesting)
        return self._done[which]

    def _packaged(self, path: str, given: dict[str, str], nesting: int) -> S3Object:
        if nesting == MAX_NESTING:
            raise TemplateInvalid(f"{path}: templates are nested more than {MAX_NESTING} deep")
        child = parse(self.source.text(path, MAX_BODY_BYTES), path)
        return self.nest(path, self._template(child, path, given, nesting=nesting + 1))

    def _sent(self, file: Path, suffix: str) -> S3Object:
        key, was_sent = self.artifacts.publish(file, suffix)
        self.tally.packages += 1
        self.tally.already_there += not was_sent
        self.tally.sent_bytes += file.stat().st_size if was_sent else 0
        return self._at(key)

    def _at(self, key: str) -> S3Object:
        return S3Object(bucket=self.artifacts.bucket, key=key, url=self.artifacts.url(key))


def _copied(entry: Entry, target: Path) -> Path:
    with entry.open() as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    return target
