"""Whether what a service sends can arrive: the receiver exists, and lets the service in.

A policy that was just set is not believed everywhere at once.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.admission import admission, shut_by_key
from deployer.aws.checks.existence import ATTRIBUTES_SECONDS, by_reason, can_look, described, trouble
from deployer.sanity.policy import Permit
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from deployer.sanity.delivery import Delivery

_POLICY_SECONDS: Final = 20


def arrival(delivery: Delivery, evidence: dict[str, Any], reproduce: str) -> Outcome:
    """`evidence` and `reproduce` are what the caller has found out so far."""
    receiver = delivery["reference"]
    for each in (receiver, delivery["role"]):
        reason = trouble(each) if each else ""
        if reason:
            return by_reason(reason, evidence, reproduce)
    if receiver is None or not can_look(receiver):
        noted = {**evidence, "receiver": "is not looked at: it is of another account, or of a type without a look"}
        return Outcome(status=Verdict.PASS, evidence=noted, reproduce=reproduce)
    found = {**evidence, "receiver": described(receiver)}
    outcome = _by_permit(admission(receiver, delivery["sender"]), delivery, found, reproduce)
    is_let_in = outcome.status is Verdict.PASS and not delivery["byRole"]
    shut = shut_by_key(receiver, delivery["sender"]["principal"]) if is_let_in else ""
    return replace(outcome, status=Verdict.FAIL, error=f"{described(receiver)}: {shut}") if shut else outcome


def _by_permit(permitted: Permit | None, delivery: Delivery, evidence: dict[str, Any], reproduce: str) -> Outcome:
    principal, receiver = delivery["sender"]["principal"], delivery["label"]
    found = {**evidence, "permitted": str(permitted)} if permitted else evidence
    if permitted in (None, Permit.GIVEN):
        return Outcome(status=Verdict.PASS, evidence=found, reproduce=reproduce)
    if permitted is Permit.UNKNOWN or delivery["byRole"]:
        error = f"whether {receiver} lets {principal} in depends on a condition that cannot be told from outside"
        return Outcome(status=Verdict.SKIP, error=error, evidence=found, reproduce=reproduce)
    error = f"the policy of {receiver} does not let {principal} in"
    named = delivery["reference"]
    is_queue = named is not None and named["type"] == "AWS::SQS::Queue"
    return by_reason(error, found, reproduce, ATTRIBUTES_SECONDS if is_queue else _POLICY_SECONDS)
