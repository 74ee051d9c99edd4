"""Checks of EventBridge rules.

Source: DescribeRule and ListTargetsByRule in the Amazon EventBridge API reference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.aws.checks.deliveries import arrival
from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


def is_enabled(spec: Mapping[str, Any]) -> Outcome:
    state = str(_described(spec).get("State"))
    is_on = state.startswith("ENABLED")
    return Outcome(
        status=Verdict.PASS if is_on else Verdict.FAIL,
        error="" if is_on else f"the rule is {state}, its template has it enabled",
        evidence={"state": state},
        reproduce=aws("events", "describe-rule", name=spec["rule"], event_bus_name=spec["bus"]),
    )


def has_target(spec: Mapping[str, Any]) -> Outcome:
    """The target of the template is there, exists, and lets EventBridge in."""
    delivery = spec["delivery"]
    reproduce = aws("events", "list-targets-by-rule", rule=spec["rule"], event_bus_name=spec["bus"])
    if not any(_is_it(each, spec) for each in _targets(spec)):
        error = f"the rule no longer sends to {delivery['label']}"
        return by_reason(error, {}, reproduce)
    reason = trouble(spec["deadLetters"]) if spec["deadLetters"] else ""
    if reason:
        return by_reason(f"its dead letters go nowhere: {reason}", {}, reproduce)
    sender = {**delivery["sender"], "arn": _described(spec).get("Arn") or delivery["sender"]["arn"]}
    known: Any = {**delivery, "sender": sender}
    return arrival(known, {}, reproduce)


def _described(spec: Mapping[str, Any]) -> dict[str, Any]:
    rule: dict[str, Any] = client("events").describe_rule(Name=spec["rule"], EventBusName=spec["bus"])
    return rule


def _targets(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A rule has at most five unless the quota was raised: one page holds a hundred."""
    answer: Any = client("events").list_targets_by_rule(Rule=spec["rule"], EventBusName=spec["bus"])
    targets: list[dict[str, Any]] = answer.get("Targets", [])
    return targets


def _is_it(target: Mapping[str, Any], spec: Mapping[str, Any]) -> bool:
    """By its ARN; by its id where only AWS knows the ARN."""
    receiver = spec["delivery"]["receiver"]
    return bool(target.get("Arn") == receiver if receiver else spec["id"] in (None, target.get("Id")))


CHECKS: Final = {"rule.enabled": is_enabled, "rule.target": has_target}
