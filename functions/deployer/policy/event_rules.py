"""Rule: nobody hears, on the account's own event bus, of this application's executions and tasks.

An event about a task holds what its containers were given, the address of a plan included; anybody's rule on the
default bus can ask for it. Sources: Amazon ECS API, "Task" (`overrides`), and Developer Guide, "Amazon ECS task
state change events"; Amazon EventBridge User Guide, "Creating Amazon EventBridge event patterns".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.policy.maps import maps
from deployer.policy.piece import is_known, only_piece
from deployer.policy.values import called, may_be_absent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.policy.document import Document
    from deployer.policy.finding import Finding
    from deployer.policy.scope import Scope

_PARAMETER: Final = "AllowedResourceTypes"
_SOURCES: Final = ("aws.ecs", "aws.states")
_DETAIL_TYPES: Final = (
    "AWS API Call via CloudTrail",
    "ECS Task State Change",
    "Step Functions Execution Status Change",
)
_EVENT_SOURCES: Final = ("ecs.amazonaws.com", "states.amazonaws.com")  # CloudTrail's events have one
_ABOUT: Final = ("clusterArn", "stateMachineArn")


def event_rules(document: Document, scope: Scope) -> Iterator[Finding]:
    """Each rule, and each policy, of the default bus that opens those events to others."""
    for place, resource in document.resources("AWS::Events::Rule", "AWS::Events::EventBusPolicy"):
        properties = resource.get("Properties")
        if not isinstance(properties, dict) or scope.allowances.allows_type(resource["Type"]):
            continue
        if not _is_default_bus(document, properties):
            continue
        if resource["Type"] == "AWS::Events::EventBusPolicy":
            yield document.finding(place, "opens the account's own event bus", parameter=_PARAMETER)
        elif any(_hears(document, pattern) for pattern in _patterns(document, properties)):
            yield document.finding(
                place.below("Properties", "EventPattern"),
                "hears of every execution and task of the account, name a source or a state machine or cluster",
                parameter=_PARAMETER,
            )


def _is_default_bus(document: Document, properties: dict[str, Any]) -> bool:
    """Whether it can be the default one: no other is named, by its name or as one of the template."""
    name = properties.get("EventBusName", "default")
    buses = [*document.values.texts(name), *(["default"] if may_be_absent(name) else [])]
    return any(_is_default(bus) or not (is_known(bus) or _is_own_bus(document, bus)) for bus in buses)


def _is_default(bus: str) -> bool:
    return bus.rpartition("/")[2].casefold() == "default"


def _is_own_bus(document: Document, bus: str) -> bool:
    piece = only_piece(bus)
    return piece is not None and document.values.types.get(piece.logical_id) == "AWS::Events::EventBus"


def _patterns(document: Document, properties: dict[str, Any]) -> list[dict[str, Any]]:
    """A pattern that cannot be read is one that hears of everything."""
    pattern = properties.get("EventPattern")
    return [each or {} for each in maps(pattern, document.values)] if pattern is not None else []


def _hears(document: Document, pattern: dict[str, Any]) -> bool:
    """Whether such events can match: neither source, kind nor the resource that they are about keeps them out."""
    found = pattern.get("detail")
    detail = found if isinstance(found, dict) else {}
    return (
        _lets_in(document, pattern.get("source"), _SOURCES)
        and _lets_in(document, pattern.get("detail-type"), _DETAIL_TYPES)
        and _lets_in(document, detail.get("eventSource"), _EVENT_SOURCES)
        and not any(_is_plain(each) for each in (pattern.get("resources"), *(detail.get(name) for name in _ABOUT)))
    )


def _lets_in(document: Document, matchers: object, names: tuple[str, ...]) -> bool:
    """Whether one of the names can match; without matchers each does, and so does what is not known."""
    members = matchers if isinstance(matchers, list) else [matchers]
    return may_be_absent(matchers) or any(_matches(document, member, names) for member in members)


def _matches(document: Document, matcher: object, names: tuple[str, ...]) -> bool:
    match matcher:
        case {"prefix": str(prefix)}:
            return any(name.startswith(prefix) for name in names)
        case dict() | None if not called(matcher):
            return True
    return any(text in names or not is_known(text) for text in document.values.texts(matcher))


def _is_plain(matchers: object) -> bool:
    """Whether it lists resources by their names, and not by a pattern."""
    members = matchers if isinstance(matchers, list) else []
    return bool(members) and all(isinstance(each, str) or called(each) for each in members)
