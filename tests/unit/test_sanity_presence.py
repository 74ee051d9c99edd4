"""What is asked of things that can only be looked at."""

from __future__ import annotations

import pytest
from tests.deployed_stack import a_resource, a_scene

from deployer.aws.checks.existence import LOOKS
from deployer.sanity.presence import TYPES
from deployer.sanity.presence import tests as generated


def test_log_group() -> None:
    """It exists."""
    group = a_resource("Logs::LogGroup", "Logs", "/aws/lambda/orders")

    [test] = generated(group, a_scene(group))

    assert test["name"] == "Logs exists"
    assert not test["spec"]["mayBeDisabled"]


@pytest.mark.parametrize("enabled", [False, "false"])
def test_key_that_its_template_disables(enabled: object) -> None:
    """That it is disabled is as it should be."""
    key = a_resource("KMS::Key", "Key", "0123", Enabled=enabled)

    [test] = generated(key, a_scene(key))

    assert test["spec"]["mayBeDisabled"]


def test_looks() -> None:
    """There is a look for every type that has this test."""
    assert set(TYPES) <= set(LOOKS)
