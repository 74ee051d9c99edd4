"""EC2: the default VPC of the account in this region, and what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.template.network_values import Network

if TYPE_CHECKING:
    from collections.abc import Mapping

# Amazon EC2 API Reference, "Error codes": an organization's policy may forbid what our role allows.
_FORBIDDEN: Final = frozenset({"UnauthorizedOperation", "AccessDenied"})


def default_network() -> Network:
    """An empty one where the account has no default VPC in this region, or may not look."""
    try:
        return _default_network()
    except ClientError as error:
        if error.response["Error"]["Code"] in _FORBIDDEN:
            return Network()
        raise


def _default_network() -> Network:
    ec2 = client("ec2")
    zones = ec2.describe_availability_zones(
        Filters=[_filter("state", "available"), _filter("zone-type", "availability-zone")]
    )
    ids = {zone["ZoneName"]: zone["ZoneId"] for zone in zones["AvailabilityZones"]}
    vpcs = ec2.describe_vpcs(Filters=[_filter("is-default", "true")])["Vpcs"]
    if not vpcs:
        return Network(zones=tuple(sorted(ids)), zone_ids=tuple(ids[name] for name in sorted(ids)))
    vpc_id = vpcs[0]["VpcId"]
    subnets = ec2.describe_subnets(Filters=[_filter("vpc-id", vpc_id), _filter("default-for-az", "true")])[
        "Subnets"
    ]
    groups = ec2.describe_security_groups(Filters=[_filter("vpc-id", vpc_id), _filter("group-name", "default")])
    ordered = sorted((subnet for subnet in subnets if _zone(subnet) in ids), key=_zone)
    names = tuple(map(_zone, ordered)) or tuple(sorted(ids))  # the first subnet is in the first zone
    return Network(
        vpc_id=vpc_id,
        subnets=tuple(each["SubnetId"] for each in ordered),
        security_group=next((group["GroupId"] for group in groups["SecurityGroups"]), ""),
        zones=names,
        zone_ids=tuple(ids[name] for name in names),
    )


def _zone(subnet: Mapping[str, Any]) -> str:
    return str(subnet["AvailabilityZone"])


def _filter(name: str, value: str) -> dict[str, Any]:
    return {"Name": name, "Values": [value]}
