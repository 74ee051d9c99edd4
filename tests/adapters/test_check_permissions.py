"""Permissions: the function's policy says what the template made it say."""

from __future__ import annotations

import pytest
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, permit

from deployer.aws.checks.permissions import CHECKS
from deployer.aws.clients import client
from deployer.sanity.permission import tests as generated

RULE = arn("events", "rule/daily")


@pytest.fixture
def stack(aws: None) -> Stack:
    make_function()
    permit("orders", "events.amazonaws.com", RULE, statement="shop-Permit")
    given = {"FunctionName": "orders", "Principal": "events.amazonaws.com", "SourceArn": RULE}
    permission = a_resource("Lambda::Permission", "Permit", "shop-Permit", **given, Action="lambda:InvokeFunction")
    return Stack(generated, CHECKS, permission, a_function())


def test_statement_that_is_there(stack: Stack) -> None:
    """All is well."""
    assert set(stack.verdicts().values()) == {"pass"}


def test_statement_that_is_gone(stack: Stack) -> None:
    """A policy without it, or none at all, refuses."""
    client("lambda").remove_permission(FunctionName="orders", StatementId="shop-Permit")

    assert "does not let events.amazonaws.com call it" in next(iter(stack.failures().values()))


def test_function_that_is_gone(stack: Stack) -> None:
    """It is the function that is missed."""
    client("lambda").delete_function(FunctionName="orders")

    assert list(stack.failures().values()) == ["the function orders does not exist"]


def test_another_statement_for_the_same(stack: Stack) -> None:
    """It permits as well."""
    client("lambda").remove_permission(FunctionName="orders", StatementId="shop-Permit")
    permit("orders", "events.amazonaws.com", arn("events", "rule/*"), statement="wider")

    assert set(stack.verdicts().values()) == {"pass"}


def test_source_that_only_aws_knows(stack: Stack) -> None:
    """Whether another statement permits the same cannot be told."""
    client("lambda").remove_permission(FunctionName="orders", StatementId="shop-Permit")
    permit("orders", "events.amazonaws.com", RULE, statement="other")
    given = {"FunctionName": "orders", "Principal": "events.amazonaws.com", "SourceArn": None}
    unknown = Stack(generated, CHECKS, a_resource("Lambda::Permission", "Permit", "shop-Permit", **given))

    assert set(unknown.verdicts().values()) == {"skip"}
