"""Checks of Lambda function URLs. Whose URL it is, Lambda is asked; only its id is taken from what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks import routes
from deployer.aws.clients import client
from deployer.aws.function_policy import policy_of
from deployer.probe import NoAnswer
from deployer.sanity.address import Address, AddressRefused
from deployer.sanity.http_answer import Gateway
from deployer.sanity.policy import Call, Permit, permit
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_ID: Final = re.compile(r"https://([a-z0-9-]+)\.lambda-url\.", re.ASCII)


def route(spec: Mapping[str, Any]) -> Outcome:
    """The URL exists with the AuthType of the template, and answers by it."""
    found = _config(spec)
    if spec["authType"] and found["AuthType"] != spec["authType"]:
        why = f"AuthType is {found['AuthType']}, where the template has {spec['authType']}"
        return Outcome(status=Verdict.FAIL, error=why, reproduce=_reproduce(spec))
    outcome = routes.route(Gateway.URL, _with_address(spec, found), lambda _: "")
    if outcome.status is Verdict.SKIP and outcome.evidence.get("status") == 403 and spec["authType"] == "NONE":
        why = "AuthType is NONE, but the function's policy does not let everybody call"
        return Outcome(
            status=Verdict.FAIL,
            error=why,
            evidence=outcome.evidence,
            reproduce=outcome.reproduce,
            may_pass_later=True,
        )
    return outcome


def permission(spec: Mapping[str, Any]) -> Outcome:
    """The function's policy lets everybody call, as AuthType NONE needs."""
    policy = policy_of(spec["function"], spec["qualifier"])
    call = Call(
        principal="*", action="lambda:InvokeFunctionUrl", context={"lambda:functionurlauthtype": spec["authType"]}
    )
    permitted, reproduce = permit(policy, call), aws("lambda", "get-policy", function_name=spec["function"])
    if permitted is Permit.GIVEN:
        return Outcome(status=Verdict.PASS, reproduce=reproduce)
    if permitted is Permit.UNKNOWN:
        why = "the function's policy has conditions that cannot be decided here"
        return Outcome(status=Verdict.SKIP, error=why, reproduce=reproduce)
    why = "the function's policy does not let everybody call its URL"
    return Outcome(status=Verdict.FAIL, error=why, reproduce=reproduce, may_pass_later=True)


def cors(spec: Mapping[str, Any]) -> Outcome:
    found = _config(spec)
    try:
        asked = routes.Asked(Gateway.URL, {**_with_address(spec, found), "method": "OPTIONS"})
    except (AddressRefused, NoAnswer) as error:
        return Outcome(status=Verdict.SKIP, error=f"it is not answered: {error}")
    if "access-control-allow-origin" in asked.answer.headers:
        return asked.passed()
    if not found.get("Cors"):
        return asked.failed("the URL has no CORS configuration any more", may_pass_later=False)
    return asked.skipped("without Access-Control-Allow-Origin, though the URL has a CORS configuration")


def _config(spec: Mapping[str, Any]) -> dict[str, Any]:
    qualified = {"Qualifier": spec["qualifier"]} if spec["qualifier"] else {}
    found: dict[str, Any] = client("lambda").get_function_url_config(FunctionName=spec["function"], **qualified)
    return found


def _with_address(spec: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    found = _ID.match(config["FunctionUrl"])
    address = Address(pattern=spec["pattern"], id=found[1] if found else "")
    return {**spec, "address": address.fields}


def _reproduce(spec: Mapping[str, Any]) -> str:
    return aws("lambda", "get-function-url-config", function_name=spec["function"])


CHECKS: Final = {
    "function_url.cors": cors,
    "function_url.permission": permission,
    "function_url.route": route,
}
