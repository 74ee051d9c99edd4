"""deployer.template.capabilities: what a template needs to have acknowledged."""

from __future__ import annotations

from typing import Any

import pytest

from deployer.template.capabilities import capabilities

ROLE = {"Type": "AWS::IAM::Role", "Properties": {}}
NAMED = {"Type": "AWS::IAM::Role", "Properties": {"RoleName": "x"}}
POLICY = {"Type": "AWS::IAM::Policy", "Properties": {"PolicyName": "x"}}
QUEUE = {"Type": "AWS::SQS::Queue"}
NESTED = {"Type": "AWS::CloudFormation::Stack"}


@pytest.mark.parametrize(
    ("resources", "needed"),
    [
        ({"Q": QUEUE}, []),
        ({"R": ROLE, "Q": QUEUE}, ["CAPABILITY_IAM"]),
        ({"P": POLICY}, ["CAPABILITY_IAM"]),
        ({"R": ROLE, "N": NAMED}, ["CAPABILITY_NAMED_IAM"]),
        ({"S": NESTED}, ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"]),
        ({"Fn::ForEach::Loop": ["X", ["a", "b"], {"Role${X}": NAMED}]}, ["CAPABILITY_NAMED_IAM"]),
        ({"Q": {"Type": "AWS::SQS::Queue", "Properties": [{"Fn::Transform": {}}]}}, ["CAPABILITY_AUTO_EXPAND"]),
        ({"Q": None, "R": "x"}, []),
        (None, []),
    ],
)
def test_capabilities_of_resources(resources: Any, needed: list[str]) -> None:
    """Exactly what the resources ask for: a policy's own name is none, a nested stack may hold anything."""
    assert capabilities({"Resources": resources}) == needed


def test_transform_that_is_left() -> None:
    """A template that CloudFormation still has to expand needs its own capability."""
    assert capabilities({"Transform": "AWS::LanguageExtensions", "Resources": {"R": ROLE}}) == [
        "CAPABILITY_AUTO_EXPAND",
        "CAPABILITY_IAM",
    ]
