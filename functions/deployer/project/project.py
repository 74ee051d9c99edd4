"""What the repository holds that can be deployed, and why: decided from the manifest alone."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from deployer.amounts import listed
from deployer.errors import (
    ProjectNotFound,
    ProjectRootNotFound,
    ProjectUnsupported,
    SeveralProjects,
    TemplateInvalid,
    TemplateNotFound,
)
from deployer.near_names import did_you_mean, near
from deployer.project.absence import name_of, nothing_found
from deployer.project.cdk import find_app
from deployer.project.choice import choose, without_children
from deployer.project.found_template import FoundTemplate, read_template
from deployer.project.frameworks import frameworks, outermost
from deployer.project.manifest import candidates, candidates_below, folders_below, is_searched, is_template_name
from deployer.project.plain_lambda import find_plain_lambda
from deployer.project.samconfig import SAMCONFIG, template_of_samconfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from deployer.worker import Manifest

_REGULAR: Final = frozenset({"100644", "100755"})


class ProjectKind(StrEnum):
    SAM = "sam"
    CLOUDFORMATION = "cloudformation"
    LAMBDA = "lambda"
    CDK = "cdk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """`root` and `template_path` are relative to the repository's top; "" is the top.

    `document` is the parsed template, or for a plain Lambda (which has no `template_path`) the one that was made;
    it is empty for a CDK app, whose templates the build makes.
    `evidence` are sentences for people.
    """

    kind: ProjectKind
    root: str
    template_path: str | None
    document: dict[str, Any]
    evidence: tuple[str, ...]

    @property
    def base_path(self) -> str:
        """The path that local paths in `document` are relative to: the template's, or where it would be."""
        return self.template_path or posixpath.join(self.root, "template.yaml")


def settings_folders(project: Project, project_root: str) -> list[str]:
    """Where its samconfig.toml may be, the likeliest first: beside its template, or where it was looked for."""
    if project.template_path is None:
        return []
    return list(dict.fromkeys([posixpath.dirname(project.template_path), project.root, project_root]))


def detect(manifest: Manifest, project_root: str, template: str | None) -> Project:
    """The one project in the project root, else the one below it, else an error that says what is there instead.

    `template`, relative to the project root, overrides the search; so does the one that samconfig.toml names.
    Raises ProjectRootNotFound, TemplateNotFound, TemplateInvalid, ProjectNotFound, SeveralProjects,
    ProjectUnsupported, HandlerNotFound or RuntimeUnsupported. While the files below the root are not read yet, it
    raises ProjectNotFound for a root without a project.
    """
    _check_root(manifest, project_root)
    if template is not None:
        return _asked_for(manifest, project_root, template)
    named = template_of_samconfig(manifest["texts"], manifest["files"], project_root)
    found = read_template(manifest, named) if named else None
    if found is not None:
        return replace(_project(found), root=project_root, evidence=(f"{SAMCONFIG} names it", found.evidence))
    return _in_folder(manifest, project_root) or _below(manifest, project_root)


def _check_root(manifest: Manifest, project_root: str) -> None:
    if project_root and not any(path.startswith(f"{project_root}/") for path in manifest["files"]):
        hint = did_you_mean(near(project_root, {posixpath.dirname(path) for path in manifest["files"]}))
        raise ProjectRootNotFound(f"there is no folder {project_root!r} at this commit{hint}")


def _asked_for(manifest: Manifest, project_root: str, template: str) -> Project:
    path = posixpath.normpath(posixpath.join(project_root, template))
    if path not in manifest["files"]:
        named = (each for each in manifest["files"] if is_template_name(posixpath.basename(each)))
        hint = did_you_mean(near(path, named))
        raise TemplateNotFound(f"there is no template {path!r} at this commit{hint}")
    found = read_template(manifest, path)
    if found is None:
        raise TemplateInvalid(f"{path}: is not a template: it has no Resources of AWS types")
    return replace(_project(found), root=project_root, evidence=("the request names it", found.evidence))


def _project(found: FoundTemplate, reason: str = "") -> Project:
    if found.error is not None:
        raise found.error
    return Project(
        kind=ProjectKind.SAM if found.is_sam else ProjectKind.CLOUDFORMATION,
        root=posixpath.dirname(found.path),
        template_path=found.path,
        document=found.document,
        evidence=(found.evidence, reason) if reason else (found.evidence,),
    )


def _in_folder(manifest: Manifest, folder: str) -> Project | None:
    """The project that the folder itself is: its template, then what is refused by name, then its handler.

    A template that a CDK app wrote stands for the app; one without any resource says nothing of what is below.
    """
    choice = choose(_templates(manifest, candidates(manifest["files"], folder, None)))
    chosen = choice.templates
    if len(chosen) > 1:
        every = listed(_described(each) for each in chosen)
        raise SeveralProjects(
            f"{name_of(folder)} holds several templates: {every}. Give one of them as `template`."
        )
    tools = frameworks(_files_in(manifest, folder), manifest["texts"])
    if chosen and chosen[0].error is None and not (tools and chosen[0].is_synthesized):
        return _project(chosen[0], choice.reason)
    if app := _cdk_project(manifest, folder):
        return app
    _refuse(tools)
    if chosen and not chosen[0].is_empty:
        return _project(chosen[0])
    return None if chosen else _plain_project(manifest, folder)


def _templates(manifest: Manifest, paths: Iterable[str]) -> list[FoundTemplate]:
    named = (path for path in paths if is_template_name(posixpath.basename(path)))
    return [found for path in named if (found := read_template(manifest, path))]


def _files_in(manifest: Manifest, folder: str) -> Iterator[str]:
    return (path for path in manifest["files"] if posixpath.dirname(path) == folder)


def _refuse(others: Mapping[str, Mapping[str, str]]) -> None:
    """Raises ProjectUnsupported for the projects of other tools."""
    refused = [
        f"{name_of(folder)} is a project of {tool} ({path})"
        for folder in others
        for tool, path in others[folder].items()
    ]
    if refused:
        raise ProjectUnsupported(f"{listed(refused)}, without a template that can be deployed")


def _cdk_project(manifest: Manifest, folder: str) -> Project | None:
    app = find_app(manifest["texts"], folder)
    if app is None:
        return None
    return Project(kind=ProjectKind.CDK, root=folder, template_path=None, document={}, evidence=(app.evidence,))


def _plain_project(manifest: Manifest, folder: str) -> Project | None:
    plain = find_plain_lambda(manifest["texts"], folder)
    if plain is None:
        return None
    return Project(
        kind=ProjectKind.LAMBDA,
        root=folder,
        template_path=None,
        document=plain.template(),
        evidence=plain.evidence,
    )


def _below(manifest: Manifest, root: str) -> Project:
    """The one project in the folders below: of the templates, else the CDK apps, else those with a handler."""
    paths = candidates_below(manifest["files"], root, None)
    _check_read(manifest, paths, root)
    searched = (path for path in manifest["files"] if is_searched(path, root))
    others = outermost(frameworks(searched, manifest["texts"]))
    projects = _templates_below(manifest, paths, others) or _cdk_below(manifest, others)
    if not projects:
        _refuse(others)
        _refuse_empty(manifest, root)
        projects = _plain_below(manifest, paths)
    if not projects:
        raise nothing_found(manifest, root, paths)
    if len(projects) > 1:
        every = listed(f"{each.template_path or each.root} ({each.kind})" for each in projects)
        raise SeveralProjects(f"{name_of(root)} is not a project itself, and there are several below it: {every}")
    only = f"{name_of(root)} is not a project itself; the only one below it is in {projects[0].root}"
    return replace(projects[0], evidence=(only, *projects[0].evidence))


def _check_read(manifest: Manifest, paths: Iterable[str], root: str) -> None:
    known = manifest["texts"].keys() | set(manifest["oversized"])
    if any(path not in known and manifest["files"][path] in _REGULAR for path in paths):
        raise ProjectNotFound(f"{name_of(root)} is not a project itself, and what is below it was not read")


def _refuse_empty(manifest: Manifest, root: str) -> None:
    """Raises TemplateInvalid for a template in the root that was passed over because it has no resource."""
    for found in _templates(manifest, candidates(manifest["files"], root, None)):
        if found.error is not None:
            raise found.error


def _templates_below(manifest: Manifest, paths: Iterable[str], refused: Iterable[str]) -> list[Project]:
    """`refused` are the folders of projects that are not deployed here: what is inside of one is a part of it."""
    by_folder: dict[str, list[FoundTemplate]] = {}
    for found in _templates(manifest, paths):
        by_folder.setdefault(posixpath.dirname(found.path), []).append(found)
    choices = [choose(folder) for folder in by_folder.values()]
    reasons = {each.path: choice.reason for choice in choices for each in choice.templates}
    chosen = [each for choice in choices for each in choice.templates]
    whole = [each for each in chosen if each.error is None]
    around = {*refused, *(posixpath.dirname(each.path) for each in whole)}
    lone = [each for each in whole if not any(folders_below(each.path, folder) for folder in around)]
    broken = [] if whole else chosen[:1]
    return [_project(each, reasons[each.path]) for each in without_children(lone) or broken]


def _cdk_below(manifest: Manifest, folders: Iterable[str]) -> list[Project]:
    return [project for folder in sorted(folders) if (project := _cdk_project(manifest, folder))]


def _plain_below(manifest: Manifest, paths: Iterable[str]) -> list[Project]:
    folders = sorted({posixpath.dirname(path) for path in paths})
    return [project for folder in folders if (project := _plain_project(manifest, folder))]


def _described(found: FoundTemplate) -> str:
    return f"{found.path} ({ProjectKind.SAM if found.is_sam else ProjectKind.CLOUDFORMATION})"
