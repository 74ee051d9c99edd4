"""CloudFormation's limits: one table with the source of each figure, and what of a template is over one.

Sources: AWS CloudFormation User Guide, "Understand CloudFormation quotas" (Q) and the reference of each section of
a template (Parameters, Outputs, Resources, Mappings); CloudFormation API Reference, CreateChangeSet (A).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import TemplateInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many of a unit."""

    most: int
    unit: str

    def passed_by(self, count: int) -> str | None:
        """`has 501 members, at most 500 are allowed`; None when it is not passed."""
        if count <= self.most:
            return None
        return f"has {count:,} {self.unit}, at most {self.most:,} are allowed"


BODY: Final = Limit(1_000_000, "bytes")  # Q, "Template body size in an Amazon S3 object": 1 MB
DESCRIPTION: Final = Limit(1024, "bytes")  # Q, "Template description"
MEMBERS: Final = {
    "Resources": Limit(500, "Resources"),  # Q
    "Parameters": Limit(200, "Parameters"),  # Q
    "Outputs": Limit(200, "Outputs"),  # Q
    "Mappings": Limit(200, "Mappings"),  # Q
}
NAME: Final = Limit(255, "characters")  # Q, "Resource name", "Parameter name", "Output name", "Mapping name"
MAPPING_ATTRIBUTES: Final = Limit(200, "attributes")  # Q
PARAMETER_VALUE: Final = Limit(4096, "bytes")  # Q
PARAMETER_DESCRIPTION: Final = Limit(4000, "characters")  # Parameters, "Properties": Description
OUTPUT_DESCRIPTION: Final = Limit(1024, "bytes")  # Outputs, "Output fields": Description
STACK_NAME: Final = Limit(128, "characters")  # Q, A
TAGS: Final = Limit(50, "tags")  # A
TAG_KEY: Final = Limit(128, "characters")  # CloudFormation API Reference, Tag
TAG_VALUE: Final = Limit(256, "characters")  # CloudFormation API Reference, Tag

# Each section's reference: a logical id is alphanumeric (A-Z, a-z, 0-9).
_LOGICAL_ID: Final = re.compile(r"[A-Za-z0-9]+")
_FOR_EACH: Final = "Fn::ForEach::"
_MOST_LISTED: Final = 15


def check_limits(template: Mapping[str, Any], body_bytes: int) -> None:
    """Refuses what CloudFormation would refuse for its size. `body_bytes` is the size of the text to be sent.

    Raises TemplateInvalid that lists every limit that is passed.
    """
    body = BODY.passed_by(body_bytes)
    empty = [] if _section(template, "Resources") else ["it declares no resource"]
    _refuse([*([f"it {body}"] if body else []), *empty, *_problems(template)])


def check_early(document: Mapping[str, Any]) -> None:
    """The same of a template as its author wrote it: what is over a limit before SAM is expanded stays so.

    Raises TemplateInvalid that lists every limit that is passed.
    """
    _refuse(list(_problems(document)))


def _refuse(problems: list[str]) -> None:
    more = len(problems) - _MOST_LISTED
    listed = [*problems[:_MOST_LISTED], *([f"and {more} more"] if more > 0 else [])]
    if problems:
        raise TemplateInvalid(f"CloudFormation does not take the template: {'; '.join(listed)}")


def _problems(template: Mapping[str, Any]) -> Iterator[str]:
    if problem := DESCRIPTION.passed_by(_bytes(template.get("Description", ""))):
        yield f"its Description {problem}"
    for section, limit in MEMBERS.items():
        yield from _section_problems(section, limit, _section(template, section))


def _section_problems(section: str, limit: Limit, members: Mapping[str, Any]) -> Iterator[str]:
    if problem := limit.passed_by(len(members)):
        yield f"it {problem}"
    for name, member in members.items():
        if name.startswith(_FOR_EACH):
            continue
        for problem in (*_name_problems(name), *_member_problems(section, member)):
            yield f"{section}.{_shown(name)}: {problem}"


def _name_problems(name: str) -> Iterator[str]:
    yield from _of("its name", NAME, len(name))
    if not _LOGICAL_ID.fullmatch(name):
        yield "it is no logical id, which has letters and digits only"


def _member_problems(section: str, member: object) -> Iterator[str]:
    if not isinstance(member, dict):
        return
    match section:
        case "Mappings":
            yield from _mapping_problems(member)
        case "Parameters":
            yield from _of("its Default", PARAMETER_VALUE, _bytes(member.get("Default", "")))
            yield from _of("its Description", PARAMETER_DESCRIPTION, len(str(member.get("Description", ""))))
        case "Outputs":
            yield from _of("its Description", OUTPUT_DESCRIPTION, _bytes(member.get("Description", "")))
        case "Resources":
            yield from _nested_problems(member)


def _mapping_problems(mapping: dict[str, Any]) -> Iterator[str]:
    yield from _of("it", MAPPING_ATTRIBUTES, len(mapping))
    for name in mapping:
        yield from _of(f"the name of attribute {_shown(name)}", NAME, len(name))


def _nested_problems(resource: dict[str, Any]) -> Iterator[str]:
    """What a nested stack is given, as far as it is written out."""
    if resource.get("Type") != "AWS::CloudFormation::Stack":
        return
    given = _section(_section(resource, "Properties"), "Parameters")
    yield from _of("it", MEMBERS["Parameters"], len(given))
    for name, value in given.items():
        if isinstance(value, str):
            yield from _of(f"parameter {_shown(name)}", PARAMETER_VALUE, _bytes(value))


def _of(what: str, limit: Limit, count: int) -> Iterator[str]:
    if problem := limit.passed_by(count):
        yield f"{what} {problem}"


def _shown(name: str) -> str:
    return name if len(name) <= 60 else f"{name[:57]}..."


def _bytes(value: object) -> int:
    return len(str(value).encode(errors="replace"))


def _section(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    members = template.get(name)
    return members if isinstance(members, dict) else {}
