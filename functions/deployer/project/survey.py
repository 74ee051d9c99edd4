"""Every project of a repository that was seen while one was looked for."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import RuntimeUnsupported
from deployer.project.cdk import CDK_JSON, find_app
from deployer.project.found_template import FoundTemplate, child_paths, read_template
from deployer.project.frameworks import frameworks, is_inside, outermost
from deployer.project.manifest import is_named_like_template, is_searched, is_template_name
from deployer.project.plain_lambda import find_plain_lambda
from deployer.project.project import ProjectKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from deployer.project.project import Project
    from deployer.worker import Manifest

_MAX_RECORDED: Final = 20
"""The session's head holds them, and stays small."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenProject:
    """`path` is a template, the file that gives another tool away, or the folder of a plain Lambda project.

    `kind` is a ProjectKind's value or another tool's name; None for a template's name that was not looked into.
    `evidence` is a sentence for people.
    """

    path: str
    kind: str | None
    evidence: str


def survey(manifest: Manifest, root: str, project: Project | None) -> list[SeenProject]:
    """What lies in the project root and in the folders below that are searched, those least deep first.

    What is below a root that is a project itself is not read for this: it is told by its name alone. No project is
    a template that another one deploys, one without any resource, and a function's folder in another project.
    `project` is the one that was taken.
    """
    searched = [path for path in manifest["files"] if _is_in(path, root)]
    templates = [found for path in searched if (found := _template(manifest, path, project))]
    tools = outermost(frameworks(searched, manifest["texts"]))
    seen = [
        *_templates(templates, searched, manifest),
        *(_other(manifest, tool, path) for each in tools.values() for tool, path in each.items()),
    ]
    around = {*(posixpath.dirname(each.path) for each in seen), *tools}
    return sorted([*seen, *_plain(manifest["texts"], around)], key=lambda each: (each.path.count("/"), each.path))


def _is_in(path: str, root: str) -> bool:
    return posixpath.dirname(path) == root or is_searched(path, root)


def _template(manifest: Manifest, path: str, project: Project | None) -> FoundTemplate | None:
    """The one that was taken has been read already."""
    if project is not None and path == project.template_path:
        return FoundTemplate(path=path, document=project.document, is_sam=project.kind is ProjectKind.SAM)
    is_read = path in manifest["texts"] or path in manifest["oversized"]
    found = read_template(manifest, path) if is_read and is_template_name(posixpath.basename(path)) else None
    return None if found is None or found.is_empty else found


def _templates(found: list[FoundTemplate], files: Iterable[str], manifest: Manifest) -> Iterator[SeenProject]:
    """Those that were read, and the names of the others, but for the nested ones."""
    children = {child for each in found for child in child_paths(each.document, each.path)}
    for each in found:
        if each.path not in children:
            yield SeenProject(path=each.path, kind=_kind(each), evidence=_why(each))
    known = children | manifest["texts"].keys() | set(manifest["oversized"])
    for path in files:
        if path not in known and is_named_like_template(posixpath.basename(path)):
            yield SeenProject(path=path, kind=None, evidence=f"{path} is named like a template, and was not read")


def _kind(found: FoundTemplate) -> str:
    return (ProjectKind.SAM if found.is_sam else ProjectKind.CLOUDFORMATION).value


def _why(found: FoundTemplate) -> str:
    return found.error.message if found.error else found.evidence


def _other(manifest: Manifest, tool: str, path: str) -> SeenProject:
    app = find_app(manifest["texts"], posixpath.dirname(path)) if path.endswith(CDK_JSON) else None
    if app is not None:
        return SeenProject(path=path, kind=ProjectKind.CDK.value, evidence=app.evidence)
    return SeenProject(path=path, kind=tool, evidence=f"{path} is a file of {tool}")


def _plain(texts: Mapping[str, str], around: Iterable[str]) -> Iterator[SeenProject]:
    """The plain Lambda projects, but for the functions of the others."""
    taken = list(around)
    for folder in sorted({posixpath.dirname(path) for path in texts}):
        is_part = any(folder == other or is_inside(folder, other) for other in taken)
        if not is_part and (evidence := _handler(texts, folder)):
            yield SeenProject(path=folder, kind=ProjectKind.LAMBDA.value, evidence=evidence)


def _handler(texts: Mapping[str, str], folder: str) -> str:
    """Why the folder is a plain Lambda project; "" when it is none."""
    try:
        plain = find_plain_lambda(texts, folder)
    except RuntimeUnsupported as error:
        return error.message
    return plain.evidence[0] if plain else ""


def recorded(project: Project | None, seen: Sequence[SeenProject]) -> dict[str, Any]:
    """What the session says of it: the project that was taken and why, and the first of those that were seen."""
    found = [{"path": each.path, "kind": each.kind, "evidence": each.evidence} for each in seen[:_MAX_RECORDED]]
    return {
        "kind": project.kind.value if project else None,
        "template": project.template_path if project else None,
        "evidence": list(project.evidence) if project else [],
        "found": found,
        "foundCount": len(seen),
    }
