"""Checks of what functions' policies permit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.existence import by_reason
from deployer.aws.checks.missing import is_missing
from deployer.aws.function_policy import policy_of
from deployer.sanity.policy import Call, Permit, permit
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_given(spec: Mapping[str, Any]) -> Outcome:
    """The statement that the permission made is still there, or another one that permits the same."""
    function, reproduce = spec["function"], aws("lambda", "get-policy", function_name=spec["function"])
    try:
        policy = policy_of(function) or {}
    except ClientError as error:
        if not is_missing(error):
            raise
        return by_reason(f"the function {function} does not exist", {}, reproduce)
    if spec["statement"] in {each.get("Sid") for each in policy.get("Statement", [])}:
        return Outcome(status=Verdict.PASS, evidence={"statement": spec["statement"]}, reproduce=reproduce)
    call = Call(principal=spec["principal"], action=spec["action"], context=spec["context"])
    return _by_permit(permit(policy, call), spec, reproduce)


def _by_permit(permitted: Permit, spec: Mapping[str, Any], reproduce: str) -> Outcome:
    evidence = {"principal": spec["principal"], "permitted": str(permitted)}
    if permitted is Permit.GIVEN:
        return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=reproduce)
    if permitted is Permit.UNKNOWN:
        error = "the statement of the template is gone; whether another one permits the same cannot be told"
        return Outcome(status=Verdict.SKIP, error=error, evidence=evidence, reproduce=reproduce)
    error = f"the policy of {spec['function']} does not let {spec['principal']} call it"
    return Outcome(status=Verdict.FAIL, error=error, evidence=evidence, reproduce=reproduce, may_pass_later=True)


CHECKS: Final = {"permission.given": is_given}
