"""What is asked of an AppSync data source."""

from __future__ import annotations

from tests.deployed_stack import a_function, a_resource, a_scene, arn

from deployer.sanity.data_source import tests as generated


def test_function_behind_it() -> None:
    """The function is an edge."""
    leads = {"LambdaConfig": {"LambdaFunctionArn": arn("lambda", "function:orders")}}
    source = a_resource("AppSync::DataSource", "Source", "x", ApiId="api", Name="orders", **leads)

    [test] = generated(source, a_scene(source, a_function()))

    assert test["name"] == "Source leads to Orders"
    assert test["spec"]["section"] == "LambdaConfig"


def test_nothing_behind_it() -> None:
    """It exists; where its API is not known, the test says so."""
    source = a_resource("AppSync::DataSource", "Source", "x", ApiId=None, Name="none")

    [test] = generated(source, a_scene(source))

    assert test["name"] == "Source exists"
    assert test["skip"]
