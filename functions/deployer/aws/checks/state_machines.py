"""Checks of Step Functions state machines."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from deployer.aws.checks.existence import trouble
from deployer.aws.checks.missing import is_refused, is_unknown_operation
from deployer.aws.clients import client
from deployer.sanity.definition import Called, calls, faults, parsed, texts
from deployer.sanity.reference import Reference
from deployer.sanity.reproduce import aws
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_THERE: Final = ("ResourceNotFoundException", "AccessDeniedException", "StateMachineDoesNotExist")
_MAX_SHOWN: Final = 5
_MAX_SECONDS: Final = 310


def is_active(spec: Mapping[str, Any]) -> Outcome:
    """It can be started, and AWS, where it can be asked, finds nothing wrong with its definition."""
    machine = _machine(spec)
    status, text = str(machine.get("status", "ACTIVE")), str(machine.get("definition", ""))
    wrong = [] if status == "ACTIVE" else [f"it is {status}, not ACTIVE"]
    wrong += faults(parsed(text)) or _refused(text, str(machine.get("type", "STANDARD")))
    return Outcome(
        status=Verdict.FAIL if wrong else Verdict.PASS,
        error="; ".join(wrong[:_MAX_SHOWN]),
        evidence={"status": status, "type": machine.get("type")},
        reproduce=_reproduce(spec),
    )


def calls_what_exists(spec: Mapping[str, Any]) -> Outcome:
    """Every function, table, queue, topic and machine of this account that its states name is there."""
    looked_at = _looked_at(parsed(_machine(spec).get("definition")), spec)
    missing = _missing(looked_at)
    return Outcome(
        status=Verdict.FAIL if missing else Verdict.PASS,
        error="; ".join(missing[:_MAX_SHOWN]),
        evidence={"looked at": sorted({each.name for each, _ in looked_at})[:_MAX_SHOWN]},
        reproduce=_reproduce(spec),
    )


def calls_it(spec: Mapping[str, Any]) -> Outcome:
    """The definition names what it names in the template, and that exists."""
    definition, reference = parsed(_machine(spec).get("definition")), spec["reference"]
    whole = re.compile(rf"(?<![\w-]){re.escape(spec['value'])}(?![\w-])")
    if any(whole.search(text) for text in texts(definition)):
        reason = trouble(reference)
        verdict = Verdict.FAIL if reason else Verdict.PASS
    else:
        verdict, reason = _unnamed(definition, spec)
    return Outcome(status=verdict, error=reason, evidence={"named": spec["value"]}, reproduce=_reproduce(spec))


def _unnamed(definition: dict[str, Any] | None, spec: Mapping[str, Any]) -> tuple[Verdict, str]:
    """A definition in S3 may never have had a place for it, unless it names what is not there in its place."""
    label = spec["reference"]["label"]
    if spec["isWritten"]:
        return Verdict.FAIL, f"the definition no longer names {label}"
    if missing := _missing(_looked_at(definition, spec)):
        return Verdict.FAIL, f"the definition does not name {label}, and {missing[0]}"
    return Verdict.SKIP, f"the definition does not name {label}; whether it ever did is not in the template"


def runs_as(spec: Mapping[str, Any]) -> Outcome:
    """The machine runs as the role of its template, and that role exists."""
    found, role = _machine(spec).get("roleArn"), spec["role"]
    reason = f"it runs as {found}, its template says {role['arn']}" if role["arn"] not in ("", found) else ""
    reason = reason or trouble(role)
    verdict = Verdict.FAIL if reason else Verdict.PASS
    return Outcome(status=verdict, error=reason, evidence={"role": found}, reproduce=_reproduce(spec))


def runs(spec: Mapping[str, Any]) -> Outcome:
    """The Express machine comes through with the repository's input.

    It fails when what a state calls is not there or may not be called. Any other failure may be the input's: an
    example may be made for that.
    """
    machine, text = spec["machine"], spec["input"]
    reproduce = aws("stepfunctions", "start-sync-execution", state_machine_arn=machine, input_=text)
    try:
        ran: Any = _client_that_waits().start_sync_execution(stateMachineArn=machine, input=text)
    except (EndpointConnectionError, ReadTimeoutError) as error:
        reason = f"it cannot be run and waited for from here: {error}"
        return Outcome(status=Verdict.SKIP, error=reason, reproduce=reproduce)
    evidence = {"status": ran["status"], "error": ran.get("error", ""), "cause": str(ran.get("cause", ""))[:500]}
    if ran["status"] == "SUCCEEDED":
        return Outcome(status=Verdict.PASS, evidence={"status": ran["status"]}, reproduce=reproduce)
    if str(ran.get("error", "")).endswith(_NOT_THERE):
        error_text = f"the execution failed with {ran['error']}"
        return Outcome(status=Verdict.FAIL, error=error_text, evidence=evidence, reproduce=reproduce)
    ended = f"the execution ended {ran['status']} with {spec['example']}"
    reason = f"{ended}; whether that input is for that cannot be told"
    return Outcome(status=Verdict.SKIP, error=reason, evidence=evidence, reproduce=reproduce)


@cache
def _client_that_waits() -> Any:
    """Step Functions' client, for one execution that is not repeated. An Express one ends within five minutes."""
    config = Config(connect_timeout=3, read_timeout=_MAX_SECONDS, retries={"total_max_attempts": 1})
    return boto3.client("stepfunctions", config=config)


def _machine(spec: Mapping[str, Any]) -> dict[str, Any]:
    machine: dict[str, Any] = client("stepfunctions").describe_state_machine(stateMachineArn=spec["machine"])
    return machine


def _refused(text: str, kind: str) -> list[str]:
    """What ValidateStateMachineDefinition has against it; only its `result` is to be relied on."""
    try:
        answer: Any = client("stepfunctions").validate_state_machine_definition(definition=text, type=kind)
    except ClientError as error:
        if not (is_unknown_operation(error) or is_refused(error)):
            raise
        return []
    if answer.get("result") != "FAIL":
        return []
    return [str(each.get("message")) for each in answer.get("diagnostics", [])] or [
        "AWS finds the definition invalid"
    ]


def _looked_at(definition: dict[str, Any] | None, spec: Mapping[str, Any]) -> list[tuple[Called, Reference]]:
    return [(each, found) for each in calls(definition or {}) if (found := _reference(each, spec))]


def _missing(looked_at: list[tuple[Called, Reference]]) -> list[str]:
    found = [(each.state, trouble(reference)) for each, reference in looked_at]
    return [f"{state} calls what is not there: {why}" for state, why in found if why]


def _reference(called: Called, spec: Mapping[str, Any]) -> Reference | None:
    """None for what is in another account or region, which we may not look at."""
    if called.name.startswith("arn:"):
        parts = called.name.split(":")
        if parts[3:5] != [spec["region"], spec["accountId"]]:
            return None
    if called.name.startswith("http") and f"/{spec['accountId']}/" not in called.name:
        return None
    return Reference(type=called.type, id=called.name, arn="", label=called.name.rpartition(":")[2])


def _reproduce(spec: Mapping[str, Any]) -> str:
    return aws("stepfunctions", "describe-state-machine", state_machine_arn=spec["machine"])


CHECKS: Final = {
    "state_machine.active": is_active,
    "state_machine.calls": calls_it,
    "state_machine.role": runs_as,
    "state_machine.runs": runs,
    "state_machine.targets": calls_what_exists,
}
