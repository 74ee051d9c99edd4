"""The outer shape of a template, which everybody who reads one relies on: maps where CloudFormation wants maps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.errors import TemplateInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_SECTIONS: Final = ("Parameters", "Mappings", "Conditions", "Outputs", "Resources")
_OF_A_RESOURCE: Final = ("Properties", "Metadata")
_FOR_EACH: Final = "Fn::ForEach::"
_MOST_LISTED: Final = 10


def check_shape(template: Mapping[str, Any]) -> None:
    """Returns when sections, resources and their properties are maps, or not there, and types are text.

    CloudFormation User Guide, "Template anatomy". Raises TemplateInvalid, which lists what is otherwise.
    """
    problems = list(_problems(template))
    if problems:
        raise TemplateInvalid(f"CloudFormation does not take the template: {'; '.join(problems[:_MOST_LISTED])}")


def _problems(template: Mapping[str, Any]) -> Iterator[str]:
    for section in _SECTIONS:
        if not isinstance(template.get(section), dict | None):
            yield f"{section} is no map"
    resources = template.get("Resources")
    yield from _resource_problems(resources, "Resources") if isinstance(resources, dict) else ()


def _resource_problems(resources: Mapping[str, Any], place: str) -> Iterator[str]:
    for name, resource in resources.items():
        here = f"{place}.{name[:100]}"
        if name.startswith(_FOR_EACH):
            body = resource[-1] if isinstance(resource, list) and resource else None
            yield from _resource_problems(body, here) if isinstance(body, dict) else ()
        elif not isinstance(resource, dict):
            yield f"{here} is no map"
        else:
            yield from _member_problems(resource, here)


def _member_problems(resource: Mapping[str, Any], here: str) -> Iterator[str]:
    if not isinstance(resource.get("Type"), str | None):
        yield f"{here}.Type is no text"
    for name in _OF_A_RESOURCE:
        if not isinstance(resource.get(name), dict | None):
            yield f"{here}.{name} is no map"
