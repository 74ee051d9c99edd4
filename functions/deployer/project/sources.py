"""What a project's templates need of the repository: their nested templates, and every local path."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from deployer.errors import SourceMissing, TransformUnsupported
from deployer.packaging.build_unit import build_units
from deployer.packaging.template_paths import local_paths
from deployer.project.found_template import child_paths
from deployer.template import template

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from deployer.packaging.local_path import LocalPath
    from deployer.worker import BuildUnit

# AWS::Include is put in by PublishPackage when it names a file of the repository, and refused there otherwise.
_TRANSFORMS: Final = frozenset({template.SAM_TRANSFORM, template.LANGUAGE_EXTENSIONS, "AWS::Include"})


def check_transforms(document: template.Template, path: str) -> None:
    """Raises TransformUnsupported for a macro: it would run somebody's code on the template."""
    refused = [name for name in template.transforms(document) if name not in _TRANSFORMS]
    if refused:
        raise TransformUnsupported(f"{path} uses {', '.join(refused)}")


def units_of(
    document: template.Template, path: str, texts: Mapping[str, str], files: Collection[str]
) -> list[BuildUnit]:
    """What has to be built for the template, and for those that it nests as far as their texts are there.

    Raises TransformUnsupported, SourceMissing, PathUnsafe, RuntimeUnsupported, and a nested one's TemplateInvalid.
    """
    places = _Places(files)
    units: dict[str, BuildUnit] = {}
    for each_path, each in _with_nested(document, path, texts):
        check_transforms(each, each_path)
        paths = local_paths(each, each_path)
        places.check(paths, each_path)
        units |= {unit["id"]: unit for unit in build_units(each, paths, files)}
    return list(units.values())


def _with_nested(
    document: template.Template, path: str, texts: Mapping[str, str]
) -> Iterator[tuple[str, template.Template]]:
    """Path and document, each once."""
    waiting, seen = [(path, document)], {path}
    while waiting:
        path, document = waiting.pop()
        yield path, document
        new = [child for child in child_paths(document, path) if child in texts and child not in seen]
        seen.update(new)
        waiting += [(child, template.parse(texts[child], child)) for child in dict.fromkeys(new)]


class _Places:
    """The files and folders of the repository."""

    def __init__(self, files: Iterable[str]) -> None:
        self._known = {"", *files}
        for path in list(self._known):
            self._add_folders(path)

    def _add_folders(self, path: str) -> None:
        folder = posixpath.dirname(path)
        while folder and folder not in self._known:
            self._known.add(folder)
            folder = posixpath.dirname(folder)

    def check(self, paths: Iterable[LocalPath], template_path: str) -> None:
        """Raises SourceMissing that lists every path that is not there."""
        missing = [path for path in paths if path.path not in self._known]
        if missing:
            raise SourceMissing("; ".join(f"{template_path}: {self._missing(path)}" for path in missing))

    def _missing(self, path: LocalPath) -> str:
        near = [each for each in self._known if each.casefold() == path.path.casefold()]
        hint = f"; there is {', '.join(sorted(near))}, in other letter case" if near else ""
        return f"{path.name} names {path.path}, which is not in the repository{hint}"
