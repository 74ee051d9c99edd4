"""What is asked of a function's permission."""

from __future__ import annotations

from tests.deployed_stack import a_function, a_resource, a_scene

from deployer.sanity.permission import tests as generated

FUNCTION = a_function()


def test_permission() -> None:
    """The caller, and the conditions that the template gives, are looked for in the policy."""
    given = {"FunctionName": "orders", "Principal": "s3.amazonaws.com", "SourceArn": "arn:aws:s3:::b"}
    permission = a_resource("Lambda::Permission", "Permit", "sid", **given, Action="lambda:InvokeFunction")

    [test] = generated(permission, a_scene(permission, FUNCTION))

    assert test["name"] == "Permit lets s3.amazonaws.com call Orders"
    assert test["spec"]["context"]["aws:sourcearn"] == "arn:aws:s3:::b"
    assert test["spec"]["context"]["aws:sourceaccount"] is None


def test_account() -> None:
    """Its number becomes the ARN that stands in the policy."""
    permission = a_resource("Lambda::Permission", "Permit", "sid", FunctionName="orders", Principal="111122223333")

    [test] = generated(permission, a_scene(permission, FUNCTION))

    assert test["spec"]["principal"] == "arn:aws:iam::111122223333:root"


def test_function_that_only_aws_knows() -> None:
    """It cannot be looked at, and the test says why."""
    permission = a_resource("Lambda::Permission", "Permit", "sid", FunctionName=None, Principal="s3.amazonaws.com")

    [test] = generated(permission, a_scene(permission))

    assert test["skip"]
