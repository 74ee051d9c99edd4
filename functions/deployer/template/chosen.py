"""What a session's parameters are settled from, and the sentences that say what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.amounts import listed
from deployer.template.network_values import Network
from deployer.template.parameters import as_text, declared
from deployer.template.settled import Given, ValueSource, missing, settle, usable
from deployer.template.worked_out import WorkedOut, wants_network, work_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from deployer.template.made_names import StackPlace
    from deployer.worker import FoundSettings, ParameterValue


def choose(
    template: Mapping[str, Any],
    request: Mapping[str, str],
    settings: FoundSettings,
    place: StackPlace,
    find_network: Callable[[], Network] = Network,
) -> tuple[list[ParameterValue], list[str]]:
    """A value for each parameter of the template, and a sentence for each that people would not expect.

    `find_network` is asked only where a parameter wants it.
    Raises ParametersMissing, ParametersInvalid.
    """
    samconfig, notes = usable(template, settings["samconfig"])
    given = Given(request=request, samconfig=samconfig, stack=settings["stack"])
    asked = missing(template, given)
    is_network_wanted = wants_network(template, asked)
    network = find_network() if is_network_wanted else Network()
    made = work_out(template, asked, _known(template, given), place, network)
    hints = ["no default VPC was found in this region"] if is_network_wanted and not network.vpc_id else []
    values = settle(template, given, {name: each.value for name, each in made.items()}, hints)
    return values, [*notes, *_sentences(values, made)]


def _known(template: Mapping[str, Any], given: Given) -> dict[str, str]:
    parameters = declared(template)
    defaults = {name: as_text(each["Default"]) for name, each in parameters.items() if "Default" in each}
    return {**defaults, **given.stack, **given.samconfig, **given.request}


def _sentences(values: Iterable[ParameterValue], made: Mapping[str, WorkedOut]) -> Iterator[str]:
    by_source: dict[str, list[ParameterValue]] = {}
    for each in values:
        by_source.setdefault(each["source"], []).append(each)
    for each in by_source.get(ValueSource.SAMCONFIG, []):
        yield f"{each['name']} is {_shown(each)}: samconfig.toml says so"
    for each in by_source.get(ValueSource.WORKED_OUT, []):
        yield f"{each['name']} is {_shown(each)}, since no value was given: {made[each['name']].reason}"
    if kept := by_source.get(ValueSource.STACK):
        yield f"the stack keeps its values of {listed(each['name'] for each in kept)}"


def _shown(each: ParameterValue) -> str:
    return "given by reference" if each["isSecret"] else (each["value"] or "")[:200] or "empty"
