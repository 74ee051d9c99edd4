"""Checks of Cognito user pools. A client's secret is in the answer that is looked at, and goes nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.deliveries import arrival
from deployer.aws.checks.existence import by_reason
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def exists(spec: Mapping[str, Any]) -> Outcome:
    client("cognito-idp").describe_user_pool(UserPoolId=spec["pool"])
    return Outcome(status=Verdict.PASS, reproduce=_reproduce(spec))


def has_client(spec: Mapping[str, Any]) -> Outcome:
    client("cognito-idp").describe_user_pool_client(UserPoolId=spec["pool"], ClientId=spec["client"])
    reproduce = aws("cognito-idp", "list-user-pool-clients", user_pool_id=spec["pool"])
    return Outcome(status=Verdict.PASS, reproduce=reproduce)


def calls(spec: Mapping[str, Any]) -> Outcome:
    """The trigger of the template is set, and its function lets Cognito in."""
    described: Any = client("cognito-idp").describe_user_pool(UserPoolId=spec["pool"])["UserPool"]
    found = described.get("LambdaConfig", {}).get(spec["trigger"])
    if spec["delivery"]["receiver"] in (found, found.get("LambdaArn") if isinstance(found, dict) else None):
        return arrival(spec["delivery"], {"trigger": spec["trigger"]}, _reproduce(spec))
    error = f"its {spec['trigger']} no longer calls {spec['delivery']['label']}"
    return by_reason(error, {}, _reproduce(spec))


def _reproduce(spec: Mapping[str, Any]) -> str:
    return aws("cognito-idp", "describe-user-pool", user_pool_id=spec["pool"])


CHECKS: Final = {"user_pool.client": has_client, "user_pool.exists": exists, "user_pool.trigger": calls}
