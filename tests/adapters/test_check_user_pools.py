"""User pools: they and their clients exist, and their triggers are called."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, permit

from deployer.aws.checks.user_pools import CHECKS
from deployer.aws.clients import client
from deployer.sanity.user_pool import tests as generated

FUNCTION = arn("lambda", "function:orders")
TRIGGER = "Users calls Orders for PreSignUp"


@pytest.fixture
def pool(aws: None) -> str:
    """A pool that calls a function before somebody signs up."""
    make_function()
    made = client("cognito-idp").create_user_pool(PoolName="users", LambdaConfig={"PreSignUp": FUNCTION})
    identifier = str(made["UserPool"]["Id"])
    permit("orders", "cognito-idp.amazonaws.com", arn("cognito-idp", f"userpool/{identifier}"))
    return identifier


def a_stack(pool: str) -> Stack:
    users = a_resource("Cognito::UserPool", "Users", pool, LambdaConfig={"PreSignUp": FUNCTION})
    return Stack(generated, CHECKS, users, a_function())


def test_pool_as_in_its_template(pool: str) -> None:
    """All is well."""
    assert a_stack(pool).verdicts() == {"Users exists": "pass", TRIGGER: "pass"}


def test_function_that_shuts_cognito_out(pool: str) -> None:
    """Nobody can sign up."""
    client("lambda").remove_permission(FunctionName="orders", StatementId="permit")

    assert "does not let cognito-idp.amazonaws.com in" in a_stack(pool).failures()[TRIGGER]


def test_trigger_that_is_gone(pool: str) -> None:
    """The function is not asked any more."""
    client("cognito-idp").update_user_pool(UserPoolId=pool, LambdaConfig={})

    assert "no longer calls Orders" in a_stack(pool).failures()[TRIGGER]


def test_client(pool: str) -> None:
    """It exists, until it does not; its secret is nowhere."""
    made = client("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName="web", GenerateSecret=True)
    web = made["UserPoolClient"]
    resource = a_resource("Cognito::UserPoolClient", "Web", web["ClientId"], UserPoolId=pool)
    stack = Stack(generated, CHECKS, resource)

    outcome = stack.outcome("Web exists")
    client("cognito-idp").delete_user_pool_client(UserPoolId=pool, ClientId=web["ClientId"])

    assert outcome.status == "pass"
    assert web["ClientSecret"] not in str(outcome)
    with pytest.raises(ClientError):
        stack.outcome("Web exists")
