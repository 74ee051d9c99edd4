"""What a project's templates need of the repository: their nested templates, and every local path."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from deployer.errors import SourceMissing, TransformUnsupported
from deployer.packaging.build_unit import build_units
from deployer.packaging.entry_file import missing_handlers
from deployer.packaging.known_values import given_to, with_given
from deployer.packaging.template_paths import local_paths
from deployer.packaging.unknown_runtime import unknown_runtimes
from deployer.project.found_template import children
from deployer.template import template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.worker import BuildUnit, Manifest

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
# AWS::Include is put in by PublishPackage when it names a file of the repository, and refused there otherwise.
_TRANSFORMS: Final = frozenset({template.SAM_TRANSFORM, template.LANGUAGE_EXTENSIONS, "AWS::Include"})


def check_transforms(document: template.Template, path: str) -> None:
    """Raises TransformUnsupported for a macro: it would run somebody's code on the template."""
    refused = [name for name in template.transforms(document) if name not in _TRANSFORMS]
    if refused:
        raise TransformUnsupported(f"{path} uses {', '.join(refused)}")


def units_of(
    document: template.Template, path: str, manifest: Manifest, given: Mapping[str, str] = _NOTHING
) -> list[BuildUnit]:
    """What has to be built for the template, and for those that it nests as far as their texts are there.

    `given` are the values of its parameters that are known, but for defaults.
    Raises TransformUnsupported, SourceMissing, PathUnsafe, RuntimeUnsupported, and a nested one's TemplateInvalid.
    """
    units: dict[str, BuildUnit] = {}
    files, links = manifest["files"], manifest.get("links", {})
    for each_path, each in _with_nested(document, path, manifest["texts"], given):
        check_transforms(each, each_path)
        try:
            units |= {unit["id"]: unit for unit in build_units(each, local_paths(each, each_path), files, links)}
        except SourceMissing as error:
            raise SourceMissing(f"{each_path}: {error.message}") from None
    return list(units.values())


def warnings_of(
    document: template.Template, path: str, manifest: Manifest, given: Mapping[str, str] = _NOTHING
) -> list[str]:
    """What will not work, as far as it can be told beforehand. Raises what `units_of` raises."""
    files, links = manifest["files"], manifest.get("links", {})
    told = (
        f"{each_path}: {sentence}"
        for each_path, each in _with_nested(document, path, manifest["texts"], given)
        for find in (unknown_runtimes, missing_handlers)
        for sentence in find(each, local_paths(each, each_path), files, links)
    )
    return list(dict.fromkeys(told))


def _with_nested(
    document: template.Template, path: str, texts: Mapping[str, str], given: Mapping[str, str]
) -> Iterator[tuple[str, template.Template]]:
    """Path and document, each once for each way in which it is given parameters."""
    waiting, seen = [(path, document, given)], {(path, frozenset(given.items()))}
    while waiting:
        path, document, given = waiting.pop()
        yield path, with_given(document, given)
        for child, resource in children(document, path):
            passed = given_to(resource)
            key = (child, frozenset(passed.items()))
            if child in texts and key not in seen:
                seen.add(key)
                waiting.append((child, template.parse(texts[child], child), passed))
