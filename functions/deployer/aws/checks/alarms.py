"""Checks of CloudWatch alarms. That one is in the state ALARM is told, and is no fault of the deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.admission import shut_by_key
from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping


_PRINCIPAL: Final = "cloudwatch.amazonaws.com"


def is_enabled(spec: Mapping[str, Any]) -> Outcome:
    """It exists, and may act where its template lets it."""
    alarm = _alarm(spec)
    is_good = alarm.get("ActionsEnabled", True) or spec["mayBeDisabled"]
    return Outcome(
        status=Verdict.PASS if is_good else Verdict.FAIL,
        error="" if is_good else "its actions are disabled, its template has them enabled",
        evidence={"state": alarm.get("StateValue"), "actionsEnabled": alarm.get("ActionsEnabled")},
        reproduce=_reproduce(spec),
    )


def acts(spec: Mapping[str, Any]) -> Outcome:
    """It tells whom its template has it tell, and that exists."""
    is_there = spec["action"] in _alarm(spec).get(spec["kind"], [])
    reason = "" if is_there else f"{spec['action']} is no longer among its {spec['kind']}"
    if spec["reference"]:
        reason = reason or trouble(spec["reference"]) or shut_by_key(spec["reference"], _PRINCIPAL)
    return by_reason(reason, {}, _reproduce(spec))


def _alarm(spec: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeAlarms has an empty list for what does not exist."""
    answer: Any = client("cloudwatch").describe_alarms(AlarmNames=[spec["alarm"]])
    for alarm in answer.get("MetricAlarms", []):
        found: dict[str, Any] = alarm
        return found
    message = f"there is no alarm {spec['alarm']}"
    raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": message}}, "DescribeAlarms")


def _reproduce(spec: Mapping[str, Any]) -> str:
    return aws("cloudwatch", "describe-alarms", alarm_names=spec["alarm"])


CHECKS: Final = {"alarm.action": acts, "alarm.enabled": is_enabled}
