"""Why a type of resource has no test."""

from __future__ import annotations

import pytest

from deployer.sanity.untestable import COVERED, reason


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("AWS::IAM::Role", "role"),
        ("AWS::IAM::Group", "permits"),
        ("AWS::EC2::VPC", "network"),
        ("Custom::Seed", "custom resource"),
        ("AWS::Brand::New", "AWS::Brand::New"),
        ("nonsense", "nonsense"),
    ],
)
def test_reasons(kind: str, word: str) -> None:
    """Each type has one sentence, by its own name, by its service, or a general one."""
    assert word in reason(kind)


def test_covered() -> None:
    """What other tests cover gives no noise."""
    assert "AWS::ApiGateway::Method" in COVERED
