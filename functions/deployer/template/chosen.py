"""What a session's parameters are settled from, and the sentences that say what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.amounts import listed
from deployer.template.settled import Given, ValueSource, settle, usable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from deployer.worker import FoundSettings, ParameterValue


def choose(
    template: Mapping[str, Any], request: Mapping[str, str], settings: FoundSettings
) -> tuple[list[ParameterValue], list[str]]:
    """A value for each parameter of the template, and a sentence for each that people would not expect.

    Raises ParametersMissing, ParametersInvalid.
    """
    samconfig, notes = usable(template, settings["samconfig"])
    given = Given(request=request, samconfig=samconfig, stack=settings["stack"])
    values = settle(template, given, {})
    return values, [*notes, *_sentences(values)]


def _sentences(values: Iterable[ParameterValue]) -> Iterator[str]:
    by_source: dict[str, list[ParameterValue]] = {}
    for each in values:
        by_source.setdefault(each["source"], []).append(each)
    for each in by_source.get(ValueSource.SAMCONFIG, []):
        yield f"{each['name']} is {_shown(each)}: samconfig.toml says so"
    if kept := by_source.get(ValueSource.STACK):
        yield f"the stack keeps its values of {listed(each['name'] for each in kept)}"


def _shown(each: ParameterValue) -> str:
    return "given by reference" if each["isSecret"] else (each["value"] or "")[:200] or "empty"
