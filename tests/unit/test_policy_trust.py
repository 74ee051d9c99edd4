"""Whom the role of a stranger's template may trust."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.judged import ACCOUNT, OTHER, allowing, found, one, role, trust

COGNITO = "cognito-identity.amazonaws.com"
OIDC = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
SERVICE = {"Service": "lambda.amazonaws.com"}
ELSEWHERE = {"AWS": f"arn:aws:iam::{OTHER}:root"}


@pytest.mark.parametrize(
    "principal",
    [
        SERVICE,
        {"Service": {"Fn::Sub": "states.${AWS::Region}.amazonaws.com"}},
        {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"], "AWS": ACCOUNT},
        {"AWS": {"Ref": "AWS::AccountId"}},
        {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
        {"AWS": {"Fn::Join": ["", ["arn:aws:iam::", {"Ref": "AWS::AccountId"}, ":role/one"]]}},
        {"AWS": {"Fn::GetAtt": ["One", "Arn"]}},
        {"AWS": [{"Fn::Sub": "${One.Arn}"}, {"Fn::If": ["C", {"Ref": "AWS::NoValue"}, ACCOUNT]}]},
    ],
)
def test_services_and_the_account_itself(principal: Any) -> None:
    """Services, this account and the template's own roles may be trusted, however they are written."""
    assert found(role(principal)) == []


@pytest.mark.parametrize(
    ("principal", "told"),
    [
        ("*", "trusts every account"),
        ({"AWS": "*"}, "trusts every account"),
        (ELSEWHERE, f"arn:aws:iam::{OTHER}:root, which is of another account"),
        ({"AWS": OTHER}, "of another account"),
        ({"AWS": [ACCOUNT, OTHER]}, "of another account"),
        ({"aws": OTHER}, "of another account"),
        ({"AWS": {"Fn::Sub": ["arn:aws:iam::${A}:root", {"A": OTHER}]}}, "of another account"),
        ({"AWS": {"Fn::If": ["C", ACCOUNT, OTHER]}}, "of another account"),
        ({"Fn::If": ["C", SERVICE, ELSEWHERE]}, "of another account"),
        ({"AWS": {"Fn::Select": [1, [ACCOUNT, OTHER]]}}, "of another account"),
        ({"AWS": {"Fn::Select": ["1", {"Fn::Split": ["/", f"a/{OTHER}"]}]}}, "of another account"),
        ({"AWS": {"Ref": "Account"}}, "of another account"),
        ({"AWS": {"Ref": "Accounts"}}, "of another account"),
        ({"AWS": {"Fn::FindInMap": ["Accounts", {"Ref": "AWS::Region"}, "Id"]}}, "of another account"),
        ({"AWS": {"Fn::GetAtt": ["Custom", "Arn"]}}, "${Custom.Arn}, whose account is not known beforehand"),
        ({"AWS": {"Ref": "Bucket"}}, "whose account is not known"),
        ({"AWS": {"Fn::Sub": "arn:aws:iam::${Bucket}:root"}}, "whose account is not known"),
        ({"AWS": "AIDAEXAMPLE"}, "trusts AIDAEXAMPLE"),
        ({"CanonicalUser": "79a59df900b949e5"}, "trusts the canonicaluser"),
        ({"Federated": OIDC}, f"trusts the identity provider {OIDC.replace(': ', ':')}"),
        ({"Federated": "accounts.google.com"}, "identity provider accounts.google.com"),
        ({"Federated": COGNITO}, "for other identity pools"),
        ({"Ref": "Account"}, "what is trusted is not known beforehand"),
    ],
)
def test_strangers(principal: Any, told: str) -> None:
    """Nobody else is trusted: not in a branch, a list, a map or a parameter, and not under another letter case."""
    template = role(principal) | {
        "Parameters": {
            "Account": {"Type": "String", "Default": ACCOUNT},
            "Accounts": {"Type": "CommaDelimitedList", "Default": f"{ACCOUNT},{OTHER}"},
        },
        "Mappings": {"Accounts": {"eu-west-1": {"Id": OTHER}}},
    }
    template["Resources"] |= {"Custom": {"Type": "Custom::Role"}, "Bucket": {"Type": "AWS::S3::Bucket"}}

    [first, *_] = found(template, Account=OTHER)

    assert "Resources.One.Properties.AssumeRolePolicyDocument" in first
    assert told in first
    assert "AllowedPrincipals" in first


@pytest.mark.parametrize(
    ("policy", "is_fine"),
    [
        ({"Fn::If": ["C", trust(SERVICE), trust(ELSEWHERE)]}, False),
        ({"Statement": {"Fn::If": ["C", trust(SERVICE)["Statement"], trust(ELSEWHERE)["Statement"]]}}, False),
        ({"statement": trust(ELSEWHERE)["Statement"][0]}, False),
        (json.dumps(trust(ELSEWHERE)), False),
        ({"Fn::Sub": json.dumps(trust({"AWS": "arn:aws:iam::${Other}:root"}))}, False),
        ({"Fn::ToJsonString": trust(ELSEWHERE)}, False),
        ({"Statement": [{"Effect": "Allow", "NotPrincipal": SERVICE}]}, False),
        ({"Fn::GetAtt": ["Custom", "Policy"]}, False),
        ("no policy", False),
        (json.dumps(trust(SERVICE)), True),
        ({"Statement": {"Fn::If": ["C", trust(SERVICE)["Statement"][0], {"Ref": "AWS::NoValue"}]}}, True),
        (trust(ELSEWHERE, Effect="Deny"), True),
    ],
)
def test_policies_in_other_forms(policy: Any, *, is_fine: bool) -> None:
    """A policy is read in every form that CloudFormation takes; one that cannot be read is refused."""
    template = one("AWS::IAM::Role", AssumeRolePolicyDocument=policy)

    assert (found(template) == []) is is_fine


def test_default_that_an_earlier_deployment_may_have_overridden() -> None:
    """A parameter that is not given keeps the value that the stack has: its default says nothing of it."""
    template = role({"AWS": {"Ref": "Account"}})
    template["Parameters"] = {"Account": {"Type": "String", "Default": ACCOUNT}}

    assert found(template, Account=ACCOUNT) == []
    assert "${Account}, whose account is not known beforehand, give the parameter Account" in found(template)[0]


@pytest.mark.parametrize(
    ("condition", "is_fine"),
    [
        ({"StringEquals": {f"{COGNITO}:aud": {"Ref": "Pool"}}}, True),
        ({"StringEquals": {f"{COGNITO}:aud": "eu-west-1:0000"}}, False),
        ({"StringEquals": {f"{COGNITO}:aud": [{"Ref": "Pool"}, "eu-west-1:0000"]}}, False),
        ({"Fn::If": ["C", {"StringEquals": {f"{COGNITO}:aud": {"Ref": "Pool"}}}, {"Ref": "AWS::NoValue"}]}, False),
        ({"Fn::If": ["C", {"StringEquals": {f"{COGNITO}:aud": {"Ref": "Pool"}}}, {"StringEquals": {}}]}, False),
        ({"StringEquals": {f"{COGNITO}:aud": {"Fn::If": ["C", {"Ref": "Pool"}, {"Ref": "AWS::NoValue"}]}}}, False),
        ({"StringLike": {f"{COGNITO}:aud": {"Ref": "Pool"}}}, False),
        ({"ForAnyValue:StringLike": {f"{COGNITO}:amr": "authenticated"}}, False),
        ({}, False),
    ],
)
def test_identity_pools(condition: Any, *, is_fine: bool) -> None:
    """The people of the template's own identity pool may have a role; without that condition anybody's may."""
    template = role({"Federated": COGNITO}, Action="sts:AssumeRoleWithWebIdentity", Condition=condition)
    template["Resources"]["Pool"] = {"Type": "AWS::Cognito::IdentityPool"}

    assert (found(template) == []) is is_fine


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        (ELSEWHERE, OTHER),
        (ELSEWHERE, ELSEWHERE["AWS"]),
        ({"Federated": OIDC}, OIDC),
        ({"Federated": "accounts.google.com"}, "accounts.google.com"),
        ({"Federated": COGNITO}, COGNITO),
        ("*", "*"),
    ],
)
def test_principals_that_the_owner_allows(principal: Any, allowed: str) -> None:
    """AllowedPrincipals takes accounts, ARNs and identity providers."""
    assert found(role(principal), allowing(principals=frozenset({allowed}))) == []


@pytest.mark.parametrize(
    ("token", "is_fine"),
    [
        ({"Fn::GetAtt": ["Function", "Arn"]}, True),
        ({"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:theirs"}, True),
        (f"arn:aws:lambda:eu-west-1:{OTHER}:function:theirs", False),
        ({"Fn::Join": [":", ["arn:aws:sns:eu-west-1", OTHER, "topic"]]}, False),
    ],
)
@pytest.mark.parametrize("kind", ["Custom::Thing", "AWS::CloudFormation::CustomResource"])
def test_who_makes_custom_resources(kind: str, token: Any, *, is_fine: bool) -> None:
    """Another account's function would learn what the template holds, and answer what the stack then uses."""
    template = one(kind, ServiceToken=token)
    template["Resources"]["Function"] = {"Type": "AWS::Lambda::Function"}

    assert (found(template) == []) is is_fine
    assert found(template, allowing(principals=frozenset({OTHER}))) == []
