"""Tables: active, with the indexes and the stream of the template."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_resource
from tests.deployed_things import make_table

from deployer.aws.checks.tables import CHECKS
from deployer.aws.clients import client
from deployer.sanity.table import tests as generated

STREAM = {"StreamViewType": "NEW_IMAGE"}


@pytest.fixture
def stack(aws: None) -> Stack:
    index = [{"IndexName": "byDate"}]
    table = a_resource(
        "DynamoDB::Table", "Orders", "orders", GlobalSecondaryIndexes=index, StreamSpecification=STREAM
    )
    return Stack(generated, CHECKS, table)


def an_index(name: str) -> dict[str, Any]:
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}


def test_table_as_in_its_template(stack: Stack) -> None:
    """All is well."""
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    make_table("orders", GlobalSecondaryIndexes=[an_index("byDate")], StreamSpecification=stream)

    assert set(stack.verdicts().values()) == {"pass"}


def test_index_and_stream_that_are_gone(stack: Stack) -> None:
    """Each is told by name."""
    make_table("orders")

    failures = stack.failures()

    assert failures["Orders has its index byDate"] == "the table orders has no index byDate"
    assert "no stream" in failures["Orders streams its changes"]


def test_stream_with_another_view(stack: Stack) -> None:
    """What reads it would not find what it reads."""
    make_table("orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})

    assert "KEYS_ONLY" in stack.failures()["Orders streams its changes"]


@pytest.mark.parametrize(
    ("status", "verdict", "later"),
    [("UPDATING", "pass", False), ("CREATING", "skip", True), ("ARCHIVED", "fail", False)],
)
def test_status(stack: Stack, status: str, verdict: str, later: bool) -> None:
    """A table that is made may be ready later; one that is changed can be used."""
    with Stubber(client("dynamodb")) as stub:
        stub.add_response("describe_table", {"Table": {"TableStatus": status}}, {"TableName": "orders"})
        outcome = stack.outcome("Orders is active")

    assert (outcome.status, outcome.may_pass_later) == (verdict, later)
