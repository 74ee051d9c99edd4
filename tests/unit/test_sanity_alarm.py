"""What is asked of an alarm."""

from __future__ import annotations

from tests.deployed_stack import a_resource, a_scene, arn

from deployer.sanity.alarm import tests as generated

TOPIC = a_resource("SNS::Topic", "Pager", arn("sns", "pager"))


def test_alarm() -> None:
    """It may act, and each of its actions has a test; what only AWS knows has none."""
    actions = {"AlarmActions": [arn("sns", "pager"), None], "OKActions": None}
    alarm = a_resource("CloudWatch::Alarm", "Errors", "shop-errors", **actions)

    names = [test["name"] for test in generated(alarm, a_scene(alarm, TOPIC))]

    assert names == ["Errors exists", "Errors tells Pager by its AlarmActions"]
