"""What one resource calls another by, and what that is."""

from __future__ import annotations

from typing import Any

import pytest
from tests.deployed_stack import a_resource, a_scene, arn

from deployer.sanity.reference import label, named

TABLE = a_resource("DynamoDB::Table", "Orders", "shop-orders")
FUNCTION = a_resource("Lambda::Function", "Handler", "shop-handler")
SCENE = a_scene(TABLE, FUNCTION)


@pytest.mark.parametrize(
    "value",
    [
        "shop-orders",
        arn("dynamodb", "table/shop-orders"),
        arn("dynamodb", "table/shop-orders/stream/2026-01-01T00:00:00.000"),
        arn("dynamodb", "table/shop-orders/index/byDate"),
    ],
)
def test_resource_of_the_stack(value: str) -> None:
    """It is known by its name, its ARN and the ARNs of its parts."""
    found = named(value, SCENE.deployed)

    assert found == {
        "type": "AWS::DynamoDB::Table",
        "id": "shop-orders",
        "arn": arn("dynamodb", "table/shop-orders"),
        "label": "Orders",
    }


def test_version_of_a_function() -> None:
    """It is taken for the function where the stack has no such version or alias, and asked for by its own ARN."""
    live = arn("lambda", "function:shop-handler:live")
    found, latest = named(live, SCENE.deployed), named(live.replace("live", "$LATEST"), SCENE.deployed)

    assert found and (found["label"], found["id"]) == ("Handler", live)
    assert latest and latest["id"] == "shop-handler"


@pytest.mark.parametrize(
    ("value", "kind", "identifier"),
    [
        (arn("sqs", "other"), "AWS::SQS::Queue", arn("sqs", "other")),
        (arn("lambda", "function:other"), "AWS::Lambda::Function", arn("lambda", "function:other")),
        (arn("events", "event-bus/default"), "AWS::Events::EventBus", "default"),
        ("arn:aws:iam::123456789012:role/path/to/name", "AWS::IAM::Role", "name"),
        (arn("kinesis", "stream/clicks/consumer/c:1"), "AWS::Kinesis::Stream", "clicks"),
        (arn("logs", "log-group:/aws/lambda/x:*"), "AWS::Logs::LogGroup", "/aws/lambda/x"),
    ],
)
def test_resource_outside_of_the_stack(value: str, kind: str, identifier: str) -> None:
    """By its ARN, when it is of the same account and region."""
    found = named(value, SCENE.deployed)

    assert found is not None
    assert (found["type"], found["id"]) == (kind, identifier)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        7,
        "INFO",
        arn("sqs", "theirs", account="999999999999"),
        "arn:aws:sqs:eu-west-1:123456789012:elsewhere",
        "arn:aws:s3:::somebodys-bucket",
        "arn:aws:states:::lambda:invoke",
    ],
)
def test_what_names_nothing_here(value: Any) -> None:
    """What may not be looked at is not named: another account's, another region's, a plain word."""
    assert named(value, SCENE.deployed) is None


def test_labels() -> None:
    """People see logical ids, and the end of an ARN where there is none."""
    assert label("shop-orders", SCENE.deployed) == "Orders"
    assert label(arn("sqs", "theirs", account="999999999999"), SCENE.deployed) == "theirs"
    assert label(None, SCENE.deployed) != ""
