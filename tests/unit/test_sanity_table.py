"""What is asked of a DynamoDB table."""

from __future__ import annotations

from tests.deployed_stack import a_resource, a_scene

from deployer.sanity.table import tests as generated


def test_table_with_indexes_and_stream() -> None:
    """Each index of the template has a test; an index without a name has none."""
    table = a_resource(
        "DynamoDB::Table",
        "Orders",
        "shop-orders",
        GlobalSecondaryIndexes=[{"IndexName": "byDate"}, {"IndexName": None}],
        LocalSecondaryIndexes=[{"IndexName": "byPrice"}],
        StreamSpecification={"StreamViewType": "NEW_IMAGE"},
    )

    found = list(generated(table, a_scene(table)))

    assert [test["name"] for test in found] == [
        "Orders is active",
        "Orders has its index byDate",
        "Orders has its index byPrice",
        "Orders streams its changes",
    ]
    assert found[-1]["spec"] == {"table": "shop-orders", "view": "NEW_IMAGE"}


def test_plain_table() -> None:
    """Its being active is all there is to see."""
    table = a_resource("DynamoDB::GlobalTable", "Orders", "shop-orders")

    assert [test["name"] for test in generated(table, a_scene(table))] == ["Orders is active"]
