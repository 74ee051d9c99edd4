"""Checks of schedules and pipes.

Sources: GetSchedule in the EventBridge Scheduler API reference; DescribePipe in that of EventBridge Pipes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.existence import by_reason, trouble
from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_ON_ITS_WAY: Final = frozenset({"CREATING", "STARTING", "UPDATING"})


def is_enabled(spec: Mapping[str, Any]) -> Outcome:
    schedule = _schedule(spec)
    if schedule is None:
        return _done(spec)
    state = str(schedule.get("State", "ENABLED"))
    return Outcome(
        status=Verdict.PASS if state == "ENABLED" else Verdict.FAIL,
        error="" if state == "ENABLED" else f"the schedule is {state}, its template has it enabled",
        evidence={"state": state},
        reproduce=_reproduce(spec),
    )


def has_target(spec: Mapping[str, Any]) -> Outcome:
    """It calls the target of its template; that exists, and so does the role with which it is called."""
    schedule = _schedule(spec)
    if schedule is None:
        return _done(spec)
    target = schedule.get("Target", {}).get("Arn")
    if spec["target"] not in (None, target):
        reason = f"the schedule calls {target}, its template says {spec['target']}"
    else:
        reason = next(filter(None, map(trouble, spec["ends"])), "")
    return by_reason(reason, {"target": target}, _reproduce(spec))


def is_running(spec: Mapping[str, Any]) -> Outcome:
    """The pipe moves what comes in."""
    pipe = _pipe(spec)
    state = str(pipe.get("CurrentState"))
    otherwise = Verdict.SKIP if state in _ON_ITS_WAY else Verdict.FAIL
    reason = f": {pipe['StateReason']}" if pipe.get("StateReason") else ""
    return Outcome(
        status=Verdict.PASS if state == "RUNNING" else otherwise,
        error="" if state == "RUNNING" else f"the pipe is {state}, not RUNNING{reason}",
        evidence={"state": state},
        reproduce=aws("pipes", "describe-pipe", name=spec["pipe"]),
        may_pass_later=state in _ON_ITS_WAY,
    )


def has_end(spec: Mapping[str, Any]) -> Outcome:
    """Its source, enrichment or target is that of the template, and exists."""
    found, reproduce = _pipe(spec).get(spec["end"]), aws("pipes", "describe-pipe", name=spec["pipe"])
    reason = f"its {spec['end'].lower()} is {found}, its template says {spec['arn']}"
    if found == spec["arn"]:
        reason = trouble(spec["reference"]) if spec["reference"] else ""
    return by_reason(reason, {spec["end"].lower(): found}, reproduce)


def _schedule(spec: Mapping[str, Any]) -> dict[str, Any] | None:
    """None for one that runs once, and may have removed itself after that."""
    try:
        found: dict[str, Any] = client("scheduler").get_schedule(Name=spec["schedule"], GroupName=spec["group"])
    except ClientError as error:
        if not (spec["isOnce"] and is_missing(error)):
            raise
        return None
    return found


def _done(spec: Mapping[str, Any]) -> Outcome:
    error = f"{spec['schedule']} was to run once; it is gone, as after its run"
    return Outcome(status=Verdict.SKIP, error=error, reproduce=_reproduce(spec))


def _pipe(spec: Mapping[str, Any]) -> dict[str, Any]:
    pipe: dict[str, Any] = client("pipes").describe_pipe(Name=spec["pipe"])
    return pipe


def _reproduce(spec: Mapping[str, Any]) -> str:
    return aws("scheduler", "get-schedule", name=spec["schedule"], group_name=spec["group"])


CHECKS: Final = {
    "pipe.end": has_end,
    "pipe.running": is_running,
    "schedule.enabled": is_enabled,
    "schedule.target": has_target,
}
