"""Templates as the policy judges them: one installation, and what it finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from deployer.policy.judge import Family, Packaged, findings
from deployer.policy.scope import Allowances, Scope
from deployer.template.sam import with_boundary

ACCOUNT: Final = "123456789012"
OTHER: Final = "666666666666"
BOUNDARY: Final = f"arn:aws:iam::{ACCOUNT}:policy/deployer/deployed/deployer-Boundary-1A2B"
SCOPE: Final = Scope(
    partition="aws",
    account_id=ACCOUNT,
    region="eu-west-1",
    application="deployer",
    boundary_arn=BOUNDARY,
    bucket="our-artifacts",
    names=("our-artifacts", "OurSessions"),
)


def allowing(**allowed: Any) -> Scope:
    """The installation of an owner who allows that."""
    return replace(SCOPE, allowances=Allowances(**allowed))


def found(template: dict[str, Any], scope: Scope = SCOPE, **parameters: str) -> list[str]:
    """What is not allowed in the template, its roles bounded as the packager bounds them."""
    return found_in(Family(parent=packaged(template)), scope, **parameters)


def found_in(family: Family, scope: Scope = SCOPE, **parameters: str) -> list[str]:
    return [str(finding) for finding in findings(family, parameters, scope)]


def packaged(template: dict[str, Any], path: str = "template.yaml") -> Packaged:
    return Packaged(path=path, template=with_boundary(template, BOUNDARY))


def one(kind: str, **properties: Any) -> dict[str, Any]:
    """A template of one resource."""
    return {"Resources": {"One": {"Type": kind, "Properties": properties}}}


def role(principal: Any, **statement: Any) -> dict[str, Any]:
    """A template of one role, which trusts that principal."""
    return one("AWS::IAM::Role", AssumeRolePolicyDocument=trust(principal, **statement))


def trust(principal: Any, **statement: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **statement}]}
