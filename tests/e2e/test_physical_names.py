"""A template that names what it makes is deployed twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.repositories import BareRepository

if TYPE_CHECKING:
    from local.client import Client
    from local.laptop import Laptop

NAMED = """
Parameters:
  Name: {Type: String, Default: fixed-orders}
Resources:
  Orders:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Ref Name
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Incoming:
    Type: AWS::SQS::Queue
    Properties: {QueueName: !Sub "${Name}-incoming"}
"""


def test_second_stack_with_the_same_names(client: Client, running: Laptop) -> None:
    """It is refused before there is a stack, with every name and its owner; that stack itself can be updated."""
    BareRepository.create(running.repositories, "names/fixed").commit({"template.yaml": NAMED})
    first = client.settle(client.deploy("names/fixed")["sessionId"])
    assert first["status"] == "success", first["error"]
    owner = first["deployedResources"]["stackName"]

    second = client.settle(client.deploy("names/fixed", stackName="names-fixed-again")["sessionId"])
    update = client.settle(client.deploy("names/fixed", stackName=owner)["sessionId"])
    other = client.settle(client.deploy("names/fixed", parameters={"Name": "other-orders"})["sessionId"])

    assert second["error"]["code"] == "PhysicalNameTaken"
    problems = {each["field"]: each["problem"] for each in second["error"]["errors"]}
    assert problems.keys() == {"Orders", "Incoming"}
    assert f"fixed-orders (named by parameter Name) belongs to stack {owner} as Orders" in problems["Orders"]
    assert f"stackName {owner} would update" in problems["Incoming"]
    assert "names-fixed-again" not in _stack_names(running)
    assert (update["status"], other["status"]) == ("success", "success")
    for session in (first, other):
        client.settle(client.remove(session["sessionId"])["sessionId"])


def _stack_names(running: Laptop) -> list[str]:
    pages = running.platform.client("cloudformation").get_paginator("describe_stacks").paginate()
    return [stack["StackName"] for page in pages for stack in page["Stacks"]]
