"""AppSync data sources: they lead to what the template says, and that exists."""

from __future__ import annotations

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function

from deployer.aws.checks.data_sources import CHECKS
from deployer.aws.clients import client
from deployer.sanity.data_source import tests as generated

FUNCTION = arn("lambda", "function:orders")


@pytest.mark.parametrize(
    ("leads_to", "error"),
    [(FUNCTION, ""), (arn("lambda", "function:other"), "its template says"), (None, "nothing")],
)
def test_function_behind_it(aws: None, leads_to: str | None, error: str) -> None:
    """Another one, or none, is a fault."""
    make_function()
    given = {"ApiId": "api", "Name": "orders", "LambdaConfig": {"LambdaFunctionArn": FUNCTION}}
    stack = Stack(generated, CHECKS, a_resource("AppSync::DataSource", "Source", "x", **given), a_function())
    config = {"lambdaConfig": {"lambdaFunctionArn": leads_to}} if leads_to else {}
    with Stubber(client("appsync")) as stub:
        stub.add_response("get_data_source", {"dataSource": config}, {"apiId": "api", "name": "orders"})
        outcome = stack.outcome("Source leads to Orders")

    assert outcome.status == ("fail" if error else "pass")
    assert error in outcome.error


def test_function_that_is_gone(aws: None) -> None:
    """The data source leads nowhere."""
    given = {"ApiId": "api", "Name": "orders", "LambdaConfig": {"LambdaFunctionArn": FUNCTION}}
    stack = Stack(generated, CHECKS, a_resource("AppSync::DataSource", "Source", "x", **given), a_function())
    with Stubber(client("appsync")) as stub:
        stub.add_response("get_data_source", {"dataSource": {"lambdaConfig": {"lambdaFunctionArn": FUNCTION}}})

        assert "does not exist" in stack.outcome("Source leads to Orders").error
