"""Values of parameters that want a network: the default VPC of the account and region, and what is in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deployer.template.parameter_uses import Use

MAX_LISTED: Final = 3
"""Subnets and zones of a list: enough for whatever wants two or three, and not each zone takes every service."""

_VPC: Final = "AWS::EC2::VPC::Id"
_SUBNET: Final = "AWS::EC2::Subnet::Id"
_GROUP: Final = "AWS::EC2::SecurityGroup::Id"
_ZONE: Final = "AWS::EC2::AvailabilityZone::Name"
_ZONE_ID: Final = "id of an Availability Zone"  # CloudFormation has no type for it
_KINDS: Final = frozenset({_VPC, _SUBNET, _GROUP, _ZONE})

# What stands there is an id of that kind, whatever the resource is.
_PROPERTIES: Final = {
    "VpcId": _VPC,
    "SubnetId": _SUBNET,
    "SubnetIds": _SUBNET,
    "Subnets": _SUBNET,
    "VPCZoneIdentifier": _SUBNET,
    "SecurityGroupIds": _GROUP,
    "VpcSecurityGroupIds": _GROUP,
    "AvailabilityZone": _ZONE,
    "AvailabilityZones": _ZONE,
    "AvailabilityZoneId": _ZONE_ID,
}
# The parameter's own name says it, wherever its value goes.
_NAMES: Final = {
    "availabilityzone": _ZONE,
    "availabilityzonename": _ZONE,
    "availabilityzoneid": _ZONE_ID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """The default VPC, empty where there is none; `subnets` are its default ones, one a zone, in their order.

    `zone_ids` are those of `zones`, in the same order.
    """

    vpc_id: str = ""
    subnets: tuple[str, ...] = ()
    security_group: str = ""
    zones: tuple[str, ...] = ()
    zone_ids: tuple[str, ...] = ()

    def of(self, kind: str) -> Sequence[str]:
        """Everything of that kind that there is."""
        every = {
            _VPC: (self.vpc_id,),
            _SUBNET: self.subnets,
            _GROUP: (self.security_group,),
            _ZONE: self.zones,
            _ZONE_ID: self.zone_ids,
        }
        return tuple(each for each in every[kind] if each)


def kind_of(name: str, parameter: Mapping[str, Any], uses: Sequence[Use]) -> str | None:
    """What of a network the parameter is: by its type, by its name, or by where alone the template uses it."""
    declared = str(parameter.get("Type", "String"))
    plain = declared.removeprefix("List<").removesuffix(">")
    if plain in _KINDS:
        return plain
    if declared not in {"String", "CommaDelimitedList"} or not uses:
        return None
    if name.casefold() in _NAMES:
        return _NAMES[name.casefold()]
    kinds = {_PROPERTIES.get(use.path[-1]) if use.path and use.is_whole else None for use in uses}
    return kinds.pop() if len(kinds) == 1 else None


def network_values(
    parameters: Mapping[str, Mapping[str, Any]], kinds: Mapping[str, str], network: Network
) -> dict[str, str]:
    """A value for each of those parameters, as far as there is one: single ones of a kind get different ones."""
    found: dict[str, str] = {}
    taken: dict[str, int] = {}
    for name, kind in kinds.items():
        every = network.of(kind)
        if _is_list(parameters[name]):
            members = every[:MAX_LISTED]
        else:
            place = taken.get(kind, 0) if len(every) > 1 else 0
            taken[kind] = place + 1
            members = every[place : place + 1]
        if members:
            found[name] = ",".join(members)
    return found


def is_of(network: Network, kind: str, value: str) -> bool:
    """Whether a value that was given is the default network's too: what is worked out then fits to it."""
    return {part.strip() for part in value.split(",")} <= {"", *network.of(kind)}


def _is_list(parameter: Mapping[str, Any]) -> bool:
    return str(parameter.get("Type", "String")).startswith(("List<", "CommaDelimitedList"))
