"""What is asked of a function's environment variables and role."""

from __future__ import annotations

import json
from typing import Any

from tests.deployed_stack import a_function, a_resource, a_scene

from deployer.sanity.environment import tests as generated
from deployer.sanity.identity import ROOT_RESOURCE

TABLE = a_resource("DynamoDB::Table", "Items", "shop-items")
ARCHIVE = a_resource("DynamoDB::Table", "Archive", "shop-items-archive")
ROLE = a_resource("IAM::Role", "OrdersRole", "shop-role")


def found(variables: dict[str, Any], **properties: Any) -> list[Any]:
    function = a_function(Environment={"Variables": variables}, **properties)
    return list(generated(function, a_scene(function, TABLE, ARCHIVE, ROLE)))


def test_variables() -> None:
    """One test for all of them, and one for each that names a resource of the stack."""
    tests = found({"TABLE_NAME": "shop-items", "LEVEL": "INFO", "EMPTY": "", "UNKNOWN": None})

    assert [test["name"] for test in tests] == [
        "Orders has the variables of its template",
        "Orders.TABLE_NAME names Items",
    ]
    assert tests[0]["spec"]["names"] == ["EMPTY", "LEVEL", "TABLE_NAME", "UNKNOWN"]
    assert tests[0]["spec"]["filled"] == ["LEVEL", "TABLE_NAME"]


def test_secret_values() -> None:
    """A value that names nothing is in no test."""
    assert "hunter2" not in json.dumps(found({"PASSWORD": "hunter2"}))


def test_name_within_a_value() -> None:
    """An address or a list names what is in it; the longest name is meant."""
    tests = found({"TABLES": "first,shop-items-archive"})

    assert tests[1]["name"] == "Orders.TABLES names Archive"


def test_root_of_an_api_within_a_value() -> None:
    """The real id is known to AWS alone: that the value is another is no fault."""
    tests = found({"ROOT": f"/restapis/shop-items-archive/resources/{ROOT_RESOURCE}"})

    assert [test["check"] for test in tests] == ["environment.complete"]


def test_role() -> None:
    """That the function runs as the role of its template is tested."""
    tests = found({}, Role="arn:aws:iam::123456789012:role/shop-role")

    assert [test["name"] for test in tests] == ["Orders runs as OrdersRole"]


def test_function_without_variables() -> None:
    """There is nothing to ask."""
    assert list(generated(a_function(), a_scene(a_function()))) == []
