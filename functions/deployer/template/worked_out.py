"""Values that follow from the template, the stack and the account; only where there is one safe answer.

Never of a secret, an address, or anything that has to be there already.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.template.made_names import StackPlace, made_name, words_of
from deployer.template.network_values import Network, is_of, kind_of, network_values
from deployer.template.parameter_uses import Use, uses
from deployer.template.parameters import as_text, declared, fits, is_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

# AWS Systems Manager User Guide, "Calling AMI public parameters".
_IMAGE_TYPE: Final = "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>"
_IMAGE: Final = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
_OTHER_SYSTEMS: Final = (
    "arm",
    "graviton",
    "windows",
    "ubuntu",
    "debian",
    "red hat",
    "rhel",
    "suse",
    "ecs",
    "eks",
    "gpu",
)

_STAGES: Final = frozenset(
    {
        "apistage", "apistagename", "deploymentstage", "env", "environment", "environmentname", "environmenttype",
        "envname", "envtype", "stage", "stagename",
    }
)  # fmt: skip
_WORD: Final = re.compile(r"[A-Za-z0-9]+")
_STAGE: Final = "dev"
_DEVELOPMENT: Final = frozenset({"dev", "develop", "development"})

# A name with one of these words is no name that could be made, whatever the template does with it.
_NEVER: Final = frozenset(
    {
        "account", "arn", "auth", "cert", "certificate", "credential", "credentials", "domain", "email",
        "endpoint", "existing", "host", "hostname", "key", "mail", "passphrase", "password", "passwd", "phone",
        "private", "pwd", "secret", "token", "uri", "url", "user", "username", "webhook",
    }
)  # fmt: skip
_THERE_ALREADY: Final = ("existing", "already", "pre-created", "precreated", "pre-existing")


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOut:
    """`reason` completes a sentence: `VpcId is vpc-1: {reason}`."""

    value: str
    reason: str


def wants_network(template: Mapping[str, Any], missing: Iterable[str]) -> bool:
    """Whether one of the missing parameters is something of a network."""
    return bool(_kinds(declared(template), uses(template), missing))


def work_out(
    template: Mapping[str, Any],
    missing: Sequence[str],
    known: Mapping[str, str],
    place: StackPlace,
    network: Network,
) -> dict[str, WorkedOut]:
    """A value for those of the missing parameters that have a safe one. `known` are the others' values."""
    parameters, used = declared(template), uses(template)
    found = _of_network(parameters, used, missing, known, network)
    unused = _unused(template, missing)
    for name in missing:
        if name in found or is_secret(parameters[name]):
            continue
        made = _of(name, parameters[name], used.get(name, []), place)
        if made is None and name in unused and fits(parameters[name], place.stack_name):
            made = WorkedOut(value=place.stack_name, reason="the template does not use it")
        found |= {name: made} if made else {}
    return {name: found[name] for name in missing if name in found}


def _of(name: str, parameter: Mapping[str, Any], used: Sequence[Use], place: StackPlace) -> WorkedOut | None:
    rules: tuple[Callable[[], WorkedOut | None], ...] = (
        lambda: _only_value(parameter),
        lambda: _image(name, parameter),
        lambda: _stage(name, parameter, used),
        lambda: _name(name, parameter, used, place),
    )
    return next((found for rule in rules if (found := rule())), None)


def _unused(template: Mapping[str, Any], names: Iterable[str]) -> set[str]:
    """Those that are no part of any text of the template, whatever is said of them."""
    sections = {
        key: node for key, node in template.items() if key not in {"Parameters", "Metadata", "Description"}
    }
    words = set(_WORD.findall(json.dumps(sections, default=str)))
    parameters = declared(template)
    return {name for name in names if name not in words and _type(parameters[name]) == "String"}


def _kinds(
    parameters: Mapping[str, Mapping[str, Any]], used: Mapping[str, Sequence[Use]], names: Iterable[str]
) -> dict[str, str]:
    kinds = {
        name: kind_of(name, parameters[name], used.get(name, ()))
        for name in names
        if not is_secret(parameters[name])
    }
    return {name: kind for name, kind in kinds.items() if kind}


def _of_network(
    parameters: Mapping[str, Mapping[str, Any]],
    used: Mapping[str, Sequence[Use]],
    missing: Sequence[str],
    known: Mapping[str, str],
    network: Network,
) -> dict[str, WorkedOut]:
    """Nothing where another network was given: a subnet of one VPC does not go with the group of another."""
    given = _kinds(parameters, used, [name for name in known if name in parameters])
    if not all(is_of(network, kind, known[name]) for name, kind in given.items()):
        return {}
    values = network_values(parameters, _kinds(parameters, used, missing), network)
    reason = f"of the default VPC {network.vpc_id}" if network.vpc_id else "of this region"
    return {
        name: WorkedOut(value=value, reason="the default VPC" if value == network.vpc_id else reason)
        for name, value in values.items()
        if fits(parameters[name], value)
    }


def _only_value(parameter: Mapping[str, Any]) -> WorkedOut | None:
    allowed = parameter.get("AllowedValues")
    if not isinstance(allowed, list) or len(allowed) != 1:
        return None
    return WorkedOut(value=as_text(allowed[0]), reason="the template allows no other value")


def _image(name: str, parameter: Mapping[str, Any]) -> WorkedOut | None:
    told = f"{name} {parameter.get('Description', '')}".casefold()
    if parameter.get("Type") != _IMAGE_TYPE or any(other in told for other in _OTHER_SYSTEMS):
        return None
    return WorkedOut(value=_IMAGE, reason="the newest Amazon Linux 2023")


def _stage(name: str, parameter: Mapping[str, Any], used: Sequence[Use]) -> WorkedOut | None:
    """Not one that has to be there: a mapping's stage is another resource's."""
    if "".join(words_of(name)) not in _STAGES or _type(parameter) != "String":
        return None
    if any(use.resource_type.endswith("Mapping") for use in used) and not any(
        "StageName" in use.path for use in used
    ):
        return None
    allowed = parameter.get("AllowedValues")
    options = [as_text(each) for each in allowed] if isinstance(allowed, list) else []
    value = next((each for each in options if each.casefold() in _DEVELOPMENT), options[0] if options else _STAGE)
    return WorkedOut(value=value, reason="a stage that nobody named") if fits(parameter, value) else None


def _name(name: str, parameter: Mapping[str, Any], used: Sequence[Use], place: StackPlace) -> WorkedOut | None:
    told = f"{name} {parameter.get('Description', '')}".casefold()
    if _type(parameter) != "String" or not _NEVER.isdisjoint(words_of(name)):
        return None
    if any(word in told for word in _THERE_ALREADY):
        return None
    value = made_name(name, parameter, used, place)
    return WorkedOut(value=value, reason="made of the stack's name") if value else None


def _type(parameter: Mapping[str, Any]) -> str:
    return str(parameter.get("Type", "String"))
