"""What the project is, as far as the clone has to know it, and the paths that it needs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from deployer.errors import DeployerError, ProjectNotFound
from deployer.packaging.local_path import Content
from deployer.packaging.template_paths import local_paths
from deployer.project.manifest import candidates, candidates_below
from deployer.project.project import ProjectKind, detect, settings_folders
from deployer.project.samconfig import settings_paths, template_of_samconfig
from deployer.template import template

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.project.project import Project
    from deployer.worker import ClonePlan, Manifest
    from texts import Texts


def find_project(manifest: Manifest, texts: Texts, plan: ClonePlan) -> Project:
    """The project that DetectProject is going to find; first the root's own files are read, then those below it.

    Raises what `detect` does.
    """
    files, root, wanted = manifest["files"], plan["projectRoot"], plan["template"]
    texts.add([*candidates(files, root, wanted), *settings_paths(files, root)])
    if wanted is None and (named := template_of_samconfig(texts.by_path, files, root)):
        texts.add([named])
    project = _found(manifest, texts, plan)
    texts.add(settings_paths(files, *settings_folders(project, root)))
    return project


def _found(manifest: Manifest, texts: Texts, plan: ClonePlan) -> Project:
    files, root, wanted = manifest["files"], plan["projectRoot"], plan["template"]
    try:
        return detect(manifest, root, wanted)
    except ProjectNotFound:
        if not texts.add(candidates_below(files, root, wanted)):
            raise
    return detect(manifest, root, wanted)


def project_paths(project: Project, texts: Texts, project_root: str) -> set[str]:
    """The project's folder, its template, and what this refers to; "" is the top of the repository.

    A CDK app names its files while it runs: it is given the whole project root that was asked for.

    Raises PathUnsafe for a path that leads out of the repository.
    """
    if project.kind is ProjectKind.CDK:
        return {project_root}
    if project.template_path is None:
        return {project.root}
    referred = _referred(project.document, project.template_path, texts, set())
    settings = settings_paths(texts.by_path, *settings_folders(project, project_root))
    return {project.root, project.template_path, *settings, *referred}


def _referred(document: dict[str, Any], path: str, texts: Texts, seen: set[str]) -> Iterator[str]:
    """The local paths of a template, and those of the templates among them, each of which is read once."""
    seen.add(path)
    for local in local_paths(document, path):
        yield local.path
        if local.content is Content.TEMPLATE and local.path not in seen:
            texts.add([local.path])
            with suppress(DeployerError):  # whoever packages it will say what is wrong with it
                nested = template.parse(texts.by_path.get(local.path, ""), local.path)
                yield from _referred(nested, local.path, texts, seen)
