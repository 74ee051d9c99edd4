"""Whether a resource's policy lets a service call it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deployer.sanity.policy import Call, Permit, permit, permit_any, source

API = "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:orders"


def statement(**fields: Any) -> dict[str, Any]:
    return {
        "Sid": "1",
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": FUNCTION,
        **fields,
    }


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Id": "default", "Statement": list(statements)}


def for_arn(pattern: str | list[str]) -> dict[str, Any]:
    return statement(Condition={"ArnLike": {"AWS:SourceArn": pattern}})


def call(arn: str | None = f"{API}/prod/GET/orders") -> Call:
    return Call(principal="apigateway.amazonaws.com", context=source(arn, "111122223333"))


def test_no_policy() -> None:
    """A resource without a policy lets no service call it."""
    assert permit(None, call()) is Permit.REFUSED


def test_text() -> None:
    """A policy is read as Lambda gives it: JSON in a text."""
    assert permit(json.dumps(policy(statement())), call()) is Permit.GIVEN


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (f"{API}/prod/GET/orders", Permit.GIVEN),
        (f"{API}/*/GET/orders", Permit.GIVEN),
        (f"{API}/*", Permit.GIVEN),
        (f"{API}/*/*/*", Permit.GIVEN),
        (f"{API}/pro?/GET/orders", Permit.GIVEN),
        ("*", Permit.GIVEN),
        ([f"{API}/*/PUT/orders", f"{API}/*/GET/orders"], Permit.GIVEN),
        (f"{API}/*/POST/orders", Permit.REFUSED),
        (f"{API}/test/*/*", Permit.REFUSED),
        (f"{API}/*/GET/order", Permit.REFUSED),
        ("arn:aws:execute-api:eu-west-1:111122223333:zzzzzz/*", Permit.REFUSED),
        ("arn:aws:execute-api:eu-west-1:999999999999:a1b2c3/*", Permit.REFUSED),
        ("arn:*", Permit.REFUSED),
        ("arn:aws:execute-api:*/GET/orders", Permit.REFUSED),
        (f"{API}/prod/GET/.rders", Permit.REFUSED),
    ],
)
def test_source(pattern: str | list[str], expected: Permit) -> None:
    """The source's ARN is compared part by part, with wildcards and nothing else."""
    assert permit(policy(for_arn(pattern)), call()) is expected


def test_other_principal() -> None:
    """What another service may do says nothing for this one."""
    assert permit(policy(statement(Principal={"Service": "sns.amazonaws.com"})), call()) is Permit.REFUSED


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"Service": ["sns.amazonaws.com", "apigateway.amazonaws.com"]}]
)
def test_principals(principal: Any) -> None:
    """Anybody, and a list that names it, are the service too."""
    assert permit(policy(statement(Principal=principal)), call()) is Permit.GIVEN


@pytest.mark.parametrize("action", ["lambda:*", "*", ["lambda:GetFunction", "lambda:invokefunction"]])
def test_actions(action: Any) -> None:
    """An action may be one of a list, and have wildcards; its case does not matter."""
    assert permit(policy(statement(Action=action)), call()) is Permit.GIVEN


def test_other_action() -> None:
    """Who may read a function may not call it."""
    assert permit(policy(statement(Action="lambda:GetFunction")), call()) is Permit.REFUSED


def test_other_account() -> None:
    """Every condition must hold."""
    condition = {"ArnLike": {"aws:SourceArn": "*"}, "StringEquals": {"aws:SourceAccount": "999999999999"}}
    assert permit(policy(statement(Condition=condition)), call()) is Permit.REFUSED


def test_deny() -> None:
    """One that denies is stronger than any that allow."""
    assert permit(policy(statement(), statement(Effect="Deny")), call()) is Permit.REFUSED


def test_deny_without_tls() -> None:
    """What is refused to who comes without TLS is refused to no service."""
    without = statement(Effect="Deny", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})
    assert permit(policy(statement(), without), call()) is Permit.GIVEN


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
        {"ForAnyValue:StringEquals": {"aws:SourceAccount": "111122223333"}},
        {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01"}},
    ],
)
def test_unknown_condition(condition: dict[str, Any]) -> None:
    """What cannot be decided here is said to be unknown, whether it allows or denies."""
    unknown = statement(Condition=condition)
    assert permit(policy(unknown), call()) is Permit.UNKNOWN
    assert permit(policy(statement(), {**unknown, "Effect": "Deny"}), call()) is Permit.UNKNOWN
    assert permit(policy(statement(), unknown), call()) is Permit.GIVEN


def test_unknown_source() -> None:
    """A source that is not known may be the one that is allowed; where none is asked for it does not matter."""
    assert permit(policy(for_arn(f"{API}/*")), call(None)) is Permit.UNKNOWN
    assert permit(policy(statement()), call(None)) is Permit.GIVEN


def test_any() -> None:
    """It is enough that one of several ways to write the call is allowed."""
    written = [call(f"{API}/prod/GET/orders/1"), call(f"{API}/prod/GET/orders/{{id}}")]
    assert permit_any(policy(for_arn(f"{API}/*/GET/orders/{{id}}")), written) is Permit.GIVEN
    assert permit_any(policy(for_arn(f"{API}/*/GET/other")), written) is Permit.REFUSED
