"""The default VPC, against moto's EC2, which has one as a new account does."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.aws.networks import default_network


def test_default_vpc(aws: None) -> None:
    """Its id, one default subnet for each zone in the zones' order, and its default group."""
    network = default_network()

    zones = client("ec2").describe_subnets(SubnetIds=list(network.subnets))["Subnets"]
    by_id = {subnet["SubnetId"]: subnet for subnet in zones}
    assert [by_id[each]["AvailabilityZone"] for each in network.subnets] == list(network.zones)
    assert [by_id[each]["AvailabilityZoneId"] for each in network.subnets] == list(network.zone_ids)
    assert {by_id[each]["VpcId"] for each in network.subnets} == {network.vpc_id}
    [group] = client("ec2").describe_security_groups(GroupIds=[network.security_group])["SecurityGroups"]
    assert (group["GroupName"], group["VpcId"]) == ("default", network.vpc_id)


def test_other_vpcs(aws: None) -> None:
    """Without a default VPC there are only zones: another VPC is somebody's choice."""
    ec2, network = client("ec2"), default_network()
    for subnet in network.subnets:
        ec2.delete_subnet(SubnetId=subnet)
    ec2.delete_vpc(VpcId=network.vpc_id)
    ec2.create_vpc(CidrBlock="10.0.0.0/16")

    found = default_network()

    assert (found.vpc_id, found.subnets, found.security_group) == ("", (), "")
    assert found.zones == network.zones


@pytest.mark.parametrize(("code", "is_told"), [("UnauthorizedOperation", False), ("InternalError", True)])
def test_refusal(aws: None, monkeypatch: pytest.MonkeyPatch, code: str, is_told: bool) -> None:
    """Who may not look finds nothing; other errors are the state machine's to try again."""

    def refuse(**_: Any) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DescribeAvailabilityZones")

    monkeypatch.setattr(client("ec2"), "describe_availability_zones", refuse)
    if is_told:
        with pytest.raises(ClientError):
            default_network()
    else:
        assert not default_network().vpc_id
