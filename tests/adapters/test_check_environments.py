"""Environments: a function's variables and its role are those of its template."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource
from tests.deployed_things import make_function, make_role, make_table

from deployer.aws.checks.environments import CHECKS
from deployer.aws.clients import client
from deployer.sanity.environment import tests as generated

VARIABLES = {"TABLE": "items", "PASSWORD": "hunter2"}
COMPLETE, NAMES, RUNS = (
    "Orders has the variables of its template",
    "Orders.TABLE names Items",
    "Orders runs as OrdersRole",
)


@pytest.fixture
def stack(aws: None) -> Stack:
    make_function(Environment={"Variables": VARIABLES})
    make_table("items")
    role = "arn:aws:iam::123456789012:role/orders-role"
    function = a_function(Environment={"Variables": VARIABLES}, Role=role)
    table = a_resource("DynamoDB::Table", "Items", "items")
    return Stack(generated, CHECKS, function, table, a_resource("IAM::Role", "OrdersRole", "orders-role"))


def put(variables: dict[str, Any]) -> None:
    client("lambda").update_function_configuration(FunctionName="orders", Environment={"Variables": variables})


def test_function_as_in_its_template(stack: Stack) -> None:
    """All is well."""
    assert stack.verdicts() == {COMPLETE: "pass", NAMES: "pass", RUNS: "pass"}


def test_variables_under_a_key(stack: Stack) -> None:
    """What we may not decrypt is neither there nor missing."""
    error = {"ErrorCode": "AccessDeniedException", "Message": "not authorized to perform: kms:Decrypt"}
    with Stubber(client("lambda")) as stub:
        for _ in (COMPLETE, NAMES):
            stub.add_response("get_function_configuration", {"Environment": {"Error": error}})
        outcomes = [stack.outcome(COMPLETE), stack.outcome(NAMES)]

    assert {outcome.status for outcome in outcomes} == {"skip"}
    assert {outcome.error for outcome in outcomes} == {"this application may not decrypt its variables"}


def test_secrets(stack: Stack) -> None:
    """No value is in the evidence but one that names a resource."""
    outcomes = [stack.outcome(name) for name in stack.tests]

    assert "hunter2" not in str(outcomes)


def test_variable_that_is_gone(stack: Stack) -> None:
    """It is missed, and so is what it named."""
    put({"PASSWORD": "hunter2"})

    assert stack.failures() == {
        COMPLETE: "of the variables of its template TABLE is missing",
        NAMES: "the variable TABLE is missing",
    }


def test_variable_that_names_nothing(stack: Stack) -> None:
    """It no longer names what it names in the template."""
    put({**VARIABLES, "TABLE": "nothing"})

    assert "no longer names Items" in stack.failures()[NAMES]


def test_variable_that_is_empty(stack: Stack) -> None:
    """A value that the template gives is missed, whatever it is."""
    put({**VARIABLES, "PASSWORD": ""})

    assert stack.failures() == {COMPLETE: "of the variables of its template PASSWORD is empty"}


def test_table_that_is_gone(stack: Stack) -> None:
    """The variable names what does not exist."""
    client("dynamodb").delete_table(TableName="items")

    assert "does not exist" in stack.failures()[NAMES]


def test_another_role(stack: Stack) -> None:
    """The function runs with other rights than those of its template."""
    client("lambda").update_function_configuration(FunctionName="orders", Role=make_role("other"))

    assert "its template says" in stack.failures()[RUNS]


def test_role_that_is_gone(stack: Stack) -> None:
    """The function cannot run, once it is certain that IAM does not know it."""
    client("iam").delete_role(RoleName="orders-role")

    outcome = stack.outcome(RUNS)

    assert (outcome.status, "does not exist" in outcome.error) == ("fail", True)
    assert (outcome.may_pass_later, outcome.patience_seconds) == (True, 4)
