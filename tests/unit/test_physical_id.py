"""What resources are called is shown without harm."""

from __future__ import annotations

import pytest

from deployer.stack.physical_id import shown_id

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-db-1A2B3C"


@pytest.mark.parametrize("kind", ["AWS::SecretsManager::Secret", "Custom::Seed"])
def test_what_stays_as_it_is(kind: str) -> None:
    assert shown_id(kind, ARN) == ARN


@pytest.mark.parametrize("kind", ["AWS::SSM::Parameter", "Custom::Seed", "AWS::CloudFormation::CustomResource"])
def test_controls(kind: str) -> None:
    """No escape of a terminal, no turn of direction."""
    assert shown_id(kind, "a\x1b[2Jb\u202ec") == "ab�c"


def test_custom_resource() -> None:
    """Its function may say anything for a name."""
    assert shown_id("Custom::Seed", "user=a password=hunter2hunter2") == "user=a password=****"
