"""What is asked of an event source mapping."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.event_source import tests as generated

FUNCTION = a_function()
QUEUE = a_resource("SQS::Queue", "Jobs", "https://sqs/123456789012/shop-jobs")


def names(**properties: Any) -> list[str]:
    mapping = a_resource("Lambda::EventSourceMapping", "Mapping", "0123", **properties)
    return [test["name"] for test in generated(mapping, a_scene(mapping, FUNCTION, QUEUE))]


def test_mapping() -> None:
    """It is enabled, and leads from the source to the function."""
    assert names(FunctionName="orders", EventSourceArn=arn("sqs", "shop-jobs")) == [
        "Mapping is enabled",
        "Mapping feeds Orders from Jobs",
    ]


@pytest.mark.parametrize("enabled", [False, "false"])
def test_mapping_that_its_template_disables(enabled: Any) -> None:
    """That it is disabled is as it should be."""
    assert names(Enabled=enabled) == ["Mapping feeds its function from its source"]
