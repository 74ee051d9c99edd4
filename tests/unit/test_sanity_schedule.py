"""What is asked of schedules and pipes."""

from __future__ import annotations

from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.schedule import tests as generated

FUNCTION = a_function()
QUEUE = a_resource("SQS::Queue", "Jobs", "https://sqs/123456789012/shop-jobs")
TARGET = {"Arn": arn("lambda", "function:orders"), "RoleArn": "arn:aws:iam::123456789012:role/r"}


def test_schedule() -> None:
    """It is enabled, and its target and role are looked at."""
    schedule = a_resource("Scheduler::Schedule", "Nightly", "shop-nightly", GroupName="night", Target=TARGET)

    enabled, target = generated(schedule, a_scene(schedule, FUNCTION))

    assert (enabled["name"], target["name"]) == ("Nightly is enabled", "Nightly calls Orders")
    assert enabled["spec"] == {"schedule": "shop-nightly", "group": "night", "isOnce": False}
    assert [end["label"] for end in target["spec"]["ends"]] == ["Orders", "role/r"]


def test_schedule_that_its_template_disables() -> None:
    """That it is disabled is as it should be."""
    schedule = a_resource("Scheduler::Schedule", "Nightly", "n", State="DISABLED", Target={"Arn": None})

    assert [test["name"] for test in generated(schedule, a_scene(schedule))] == ["Nightly calls its target"]


def test_pipe() -> None:
    """It runs, and each of its ends has a test."""
    ends = {"Source": arn("sqs", "shop-jobs"), "Target": arn("lambda", "function:orders")}
    pipe = a_resource("Pipes::Pipe", "Pipe", "shop-pipe", **ends)

    names = [test["name"] for test in generated(pipe, a_scene(pipe, FUNCTION, QUEUE))]

    assert names == ["Pipe is running", "Pipe reads Jobs", "Pipe sends to Orders"]


def test_pipe_that_its_template_stops() -> None:
    """That it is stopped is as it should be."""
    pipe = a_resource("Pipes::Pipe", "Pipe", "shop-pipe", DesiredState="STOPPED")

    assert list(generated(pipe, a_scene(pipe))) == []
