"""A function's resource-based policy."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZipFile

import pytest
from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.aws.function_policy import policy_of


@pytest.fixture
def function(aws: None) -> str:
    """Its name."""
    role = client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    with BytesIO() as file:
        ZipFile(file, "w").close()
        code = {"ZipFile": file.getvalue()}
    client("lambda").create_function(
        FunctionName="orders", Runtime="python3.13", Handler="app.handler", Role=role, Code=code
    )
    return "orders"


def test_policy(function: str) -> None:
    """The statements are those that were added."""
    client("lambda").add_permission(
        FunctionName=function,
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn="arn:aws:execute-api:us-east-1:1:a/*",
    )

    policy = policy_of(function)

    assert policy is not None
    [statement] = policy["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}


def test_no_policy(function: str) -> None:
    """A function without a policy is told from one that does not exist."""
    assert policy_of(function) is None


def test_no_function(aws: None) -> None:
    """A function that does not exist is an error."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        policy_of("orders")
