"""What the embedded platform mends of its emulator."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.platform import Platform

TABLE = "sessions"


@pytest.fixture
def table(bare_platform: Platform) -> Iterator[Any]:
    """Items of two kinds, some of one time; an index on their kind, in the order of the table."""
    client = bare_platform.client("dynamodb")
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("id", "S"), ("at", "N"), ("kind", "S"))
        ],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "KindIndex",
                "KeySchema": [
                    {"AttributeName": "kind", "KeyType": "HASH"},
                    {"AttributeName": "at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number in range(24):
        item = {"id": {"S": f"{number * 7 % 24:02}"}, "at": {"N": str(number // 2 * 9)}}
        client.put_item(TableName=TABLE, Item=item | {"kind": {"S": "deployment" if number % 3 else "test"}})
    yield client
    client.delete_table(TableName=TABLE)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("limit", [1, 3, 16, 50])
def test_pages_of_an_index(table: Any, limit: int, newest_first: bool) -> None:
    """Page by page each item of the partition comes once, in the order of time and then of the id."""
    everything = table.query(**_asked(newest_first))["Items"]

    paged, request = [], _asked(newest_first) | {"Limit": limit}
    while True:
        page = table.query(**request)
        paged += page["Items"]
        if "LastEvaluatedKey" not in page:
            break
        request |= {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    assert len(everything) == 16
    assert paged == everything
    assert paged == sorted(paged, key=lambda item: (int(item["at"]["N"]), item["id"]["S"]), reverse=newest_first)


def _asked(newest_first: bool) -> dict[str, Any]:
    return {
        "TableName": TABLE,
        "IndexName": "KindIndex",
        "KeyConditionExpression": "#kind = :kind",
        "ExpressionAttributeNames": {"#kind": "kind"},
        "ExpressionAttributeValues": {":kind": {"S": "deployment"}},
        "ScanIndexForward": not newest_first,
    }


def test_environment_of_a_function(bare_platform: Platform) -> None:
    """A template's numbers and switches are texts where the function runs, made and updated."""
    stacks, functions = bare_platform.client("cloudformation"), bare_platform.client("lambda")

    for act, size in ((stacks.create_stack, 30), (stacks.update_stack, 2.5)):
        act(StackName="texts", TemplateBody=json.dumps(_with_environment({"SIZE": size, "IS_ON": True, "T": "x"})))
        answer = functions.invoke(FunctionName="texts")
        assert json.load(answer["Payload"]) == [str(size), "true", "x"]

    stacks.delete_stack(StackName="texts")


def _with_environment(variables: dict[str, Any]) -> dict[str, Any]:
    code = "import os\ndef handler(*_): return [os.environ[name] for name in ('SIZE', 'IS_ON', 'T')]\n"
    properties = {
        "FunctionName": "texts",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": "arn:aws:iam::000000000000:role/r",
        "Code": {"ZipFile": code},
        "Environment": {"Variables": variables},
    }
    return {"Resources": {"Texts": {"Type": "AWS::Lambda::Function", "Properties": properties}}}
