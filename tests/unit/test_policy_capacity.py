"""What a stranger's template may reserve."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.judged import allowing, found, one

from deployer.policy.capacity import MACHINES, MOST

DEAR = (
    *("p5.48xlarge", "g4dn.xlarge", "gr6.4xlarge", "inf2.xlarge", "ml.trn1.2xlarge", "mac2.metal", "dl1.24xlarge"),
    *("m5.4xlarge", "c7gd.metal-24xl", "db.r6g.16xlarge", "cache.m4.10xlarge", "r6g.12xlarge.search"),
    *("u-6tb1.56xlarge", "u7i-12tb.224xlarge"),
)


@pytest.mark.parametrize("name", MOST)
def test_amounts(name: str) -> None:
    """The figure itself is fine, one more is not, as a number or a text."""
    most = MOST[name]

    assert found(one("AWS::Any::Thing", **{name: most})) == []
    for more in (most + 1, str(most + 1), f" {most}.5 "):
        [problem] = found(one("AWS::Any::Thing", **{name: more}))
        assert f"reserves {name} {str(more).strip()}, more than {most} (AllowedResourceTypes" in problem


@pytest.mark.parametrize("name", sorted(MACHINES))
@pytest.mark.parametrize(
    "machine",
    ["t3.micro", "db.t4g.medium", "cache.r7g.2xlarge", "m6g.large.search", "ml.m5.xlarge", "kafka.m5.large", "x"],
)
def test_ordinary_machines(name: str, machine: str) -> None:
    assert found(one("AWS::Any::Thing", Of=[{name: machine}])) == []


@pytest.mark.parametrize("machine", DEAR)
def test_dear_machines(machine: str) -> None:
    """By size or by family, whatever the prefix of the service."""
    [problem] = found(one("AWS::Any::Thing", Of={"InstanceType": machine}))

    assert f"AWS::Any::Thing runs on {machine}, which is" in problem
    assert "Resources.One.Properties.Of.InstanceType" in problem


@pytest.mark.parametrize(
    ("value", "count"),
    [
        ({"Fn::If": ["C", 5, 500]}, 1),
        ({"Fn::If": ["C", 5, 6]}, 0),
        ({"Ref": "Size"}, 1),
        ({"Fn::FindInMap": ["Sizes", "prod", "shards"]}, 1),
        ({"Fn::FindInMap": ["Sizes", "test", "shards"]}, 0),
        ({"Fn::GetAtt": ["One", "Count"]}, 0),
        ({"Unit": {"Value": 500}}, 0),
        ([1, 500], 1),
        (None, 0),
    ],
)
def test_values(value: Any, count: int) -> None:
    """Each value that it can come to counts; what only CloudFormation will know does not."""
    template = one("AWS::Kinesis::Stream", ShardCount=value) | {
        "Parameters": {"Size": {"Type": "Number", "Default": 51}},
        "Mappings": {"Sizes": {"prod": {"shards": 500}, "test": {"shards": 1}}},
        "Conditions": {"C": {"Fn::Equals": ["a", "b"]}},
    }

    assert len(found(template)) == count


def test_parameter() -> None:
    """What is given counts, not the default."""
    template = one("AWS::Kinesis::Stream", ShardCount={"Ref": "Size"})
    template["Parameters"] = {"Size": {"Type": "Number", "Default": 5}}

    assert found(template) == []
    assert len(found(template, Size="500")) == 1


def test_what_the_owner_allows() -> None:
    template = one("AWS::Kinesis::Stream", ShardCount=500)

    assert found(template, allowing(resource_types=("AWS::Kinesis::*",))) == []
    assert len(found(template, allowing(resource_types=("AWS::EC2::*",)))) == 1


def test_a_name_of_somebody_else() -> None:
    """A custom resource's properties mean what its maker wants."""
    topic = {"Type": "AWS::SNS::Topic"}
    custom = {"Type": "Custom::Seed", "Properties": {"ServiceToken": {"Ref": "Fn"}, "ShardCount": 5000}}

    assert found({"Resources": {"Fn": topic, "Seed": custom}}) == []
