"""Checks of Lambda functions: that one is active, and that it answers what it is asked.

Sources: GetFunctionConfiguration and Invoke in the Lambda API reference.
"""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ReadTimeoutError

from deployer.aws.checks.missing import code_of, is_missing, is_refused, is_unknown_operation
from deployer.aws.clients import client
from deployer.redaction import secret_values, without_known
from deployer.sanity.answer import Answer
from deployer.sanity.dialogue import concluded, next_try
from deployer.sanity.event_kind import EventKind
from deployer.sanity.reproduce import aws, invocation
from deployer.sanity.sanity_test import Outcome, Verdict
from deployer.sanity.turn import Invocation, Try, Turn

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SLACK_SECONDS: Final = 45
"""What an invocation may take beyond the function's own time: a cold start, the way there and back."""
PATIENCE_SECONDS: Final = 840
"""What one check can wait: it runs in a function itself."""
DIALOGUE_SECONDS: Final = 240
MAX_ANSWER_BYTES: Final = 7_000_000
"""More than the 6 MB that a synchronous invocation may answer."""
_END_OF_PRELUDE: Final = "\0" * 8
"""Behind the status and the headers ("Set up a Lambda proxy integration with response streaming", API Gateway)."""
# AWS has yet to make, or to make again, what the function runs in; an idle function's network is made anew.
_NOT_YET: Final = frozenset(
    {"CodeArtifactUserPendingException", "EC2ThrottledException", "EC2UnexpectedException", "ENINotReadyException"}
    | {"NoPublishedVersionException", "ResourceConflictException", "ResourceNotReadyException"}
    | {"SnapStartNotReadyException"}
)
_NO_FAULT: Final = frozenset(
    {"ModeNotSupportedException", "ServiceException", "SnapStartTimeoutException", "TooManyRequestsException"}
)
_NOT_OURS: Final = frozenset(
    {"InvalidRequestContentException", "RequestTooLargeException", "UnsupportedMediaTypeException"}
    | {"AccessDeniedException", "AccessDenied", "InvalidParameterValueException"}
)


def is_active(spec: Mapping[str, Any]) -> Outcome:
    """The function can be invoked, its last update went well, and it is not throttled to nothing."""
    function = spec["function"]
    found: Any = client("lambda").get_function_configuration(FunctionName=function)
    evidence = _configured(found)
    reproduce = aws("lambda", "get-function-configuration", function_name=function)
    error = _inactive(found, function) or ("" if spec["mayBeShut"] else _shut(function))
    if not error:
        return Outcome(status=Verdict.PASS, evidence=evidence, reproduce=reproduce)
    pending = found.get("State") == "Pending" or found.get("LastUpdateStatus") == "InProgress"
    verdict = Verdict.SKIP if pending else Verdict.FAIL
    return Outcome(status=verdict, error=error, evidence=evidence, reproduce=reproduce, may_pass_later=pending)


def answers(spec: Mapping[str, Any]) -> Outcome:
    """The function answers the event as its caller needs it."""
    return explain(cast("Invocation", spec))


def explain(asked: Invocation) -> Outcome:
    """What the function does with an event, and whose fault it is when that goes wrong."""
    found: Any = client("lambda").get_function_configuration(FunctionName=asked["function"])
    seconds = waits_seconds(found)
    caller = client_that_waits(seconds)
    try:
        outcome, turns, facts = _dialogue(asked, lambda event: _invoked(caller, asked["function"], event))
    except ReadTimeoutError:
        return unheard(seconds, _reproduce(asked, asked["event"]))
    except ClientError as error:
        return refused(error, _reproduce(asked, asked["event"]))
    if outcome.status is Verdict.FAIL and (layer := _layer_that_is_not_here(outcome.error, found)):
        outcome = Outcome(status=Verdict.SKIP, error=f"the platform has no layer {layer}: {outcome.error}")
    return _without_variables(_told(asked, outcome, turns, facts), found)


def _without_variables(outcome: Outcome, found: Mapping[str, Any]) -> Outcome:
    """A function that fails often says with what: its secret variables are known, and are not told."""
    known = secret_values(found.get("Environment", {}).get("Variables") or {})
    evidence = without_known(outcome.evidence, known)
    return replace(outcome, error=without_known(outcome.error, known), evidence=evidence)


def _dialogue(
    asked: Invocation, invoke: Callable[[Any], tuple[Answer, dict[str, Any]]]
) -> tuple[Outcome, list[Turn], list[dict[str, Any]]]:
    turns: list[Turn] = []
    facts: list[dict[str, Any]] = []
    until = time.monotonic() + DIALOGUE_SECONDS
    while isinstance(step := next_try(asked, turns), Try):
        if turns and time.monotonic() > until:
            return concluded(asked, turns), turns, facts
        answer, fact = invoke(step.event)
        turns.append(Turn(tried=step, answer=answer))
        facts.append(fact)
    return step, turns, facts


def _invoked(caller: Any, function: str, event: Any) -> tuple[Answer, dict[str, Any]]:
    started = time.monotonic()
    answer = caller.invoke(FunctionName=function, LogType="Tail", Payload=json.dumps(event).encode())
    text = answer["Payload"].read(MAX_ANSWER_BYTES).decode(errors="replace")
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    payload, is_json = _parsed(text)
    fact = {
        "durationMs": round((time.monotonic() - started) * 1000),
        "requestId": answer["ResponseMetadata"].get("RequestId", ""),
        "version": answer.get("ExecutedVersion", ""),
    }
    error = answer.get("FunctionError", "")
    return Answer(payload=payload, function_error=error, log=log, is_json=is_json), fact


def _parsed(text: str) -> tuple[Any, bool]:
    """The answer, and whether it is JSON. What is streamed with a status begins with that, apart from its body."""
    prelude, separator, body = text.partition(_END_OF_PRELUDE)
    try:
        payload: Any = json.loads(prelude) if prelude.strip() else None
    except (ValueError, RecursionError):
        return text, False
    if separator and isinstance(payload, dict):
        return {**payload, "body": body}, True
    return payload, not separator


def _told(asked: Invocation, outcome: Outcome, turns: list[Turn], facts: list[dict[str, Any]]) -> Outcome:
    """The outcome with what a person wants to see: the first try that failed, or the one that went well."""
    shown = len(turns) - 1 if outcome.status is Verdict.PASS else 0
    turn = turns[shown]
    evidence = {
        "event": EventKind(asked["kind"]).phrase,
        "eventIs": asked.get("file") or {"example": "the template's own"}.get(asked["origin"], asked["origin"]),
        **facts[shown],
        **({"invocations": len(turns)} if len(turns) > 1 else {}),
        **outcome.evidence,
        "answer": json.dumps(turn.answer.payload)[:600],
        "log": turn.answer.log.strip().splitlines()[-12:],
    }
    return Outcome(
        status=outcome.status,
        error=outcome.error,
        evidence=evidence,
        reproduce=_reproduce(asked, turn.tried.event),
        may_pass_later=outcome.may_pass_later,
    )


def unheard(seconds: int, reproduce: str) -> Outcome:
    """The function may still be at work."""
    reason = f"it did not answer within {seconds} seconds, which is as long as this test waits"
    return Outcome(status=Verdict.SKIP, error=reason, reproduce=reproduce)


def refused(error: ClientError, reproduce: str) -> Outcome:
    """Lambda did not run the function. What is not the function's doing is raised again."""
    code = code_of(error)
    told = f"Lambda does not run it: {error.response.get('Error', {}).get('Message', code)}"
    if is_missing(error) or code in _NOT_OURS:
        raise error
    verdict = Verdict.SKIP if code in _NOT_YET | _NO_FAULT else Verdict.FAIL
    return Outcome(status=verdict, error=told, reproduce=reproduce, may_pass_later=code not in _NO_FAULT)


def _layer_that_is_not_here(error: str, found: Mapping[str, Any]) -> str:
    """A layer of the function's that this platform cannot give, where the code could not be loaded."""
    if "cannot be loaded" not in error:
        return ""
    for layer in found.get("Layers", []):
        try:
            client("lambda").get_layer_version_by_arn(Arn=layer["Arn"])
        except ClientError as refusal:
            if is_missing(refusal):
                return str(layer["Arn"])
    return ""


def waits_seconds(found: Mapping[str, Any]) -> int:
    """For the answer of the function with that configuration."""
    return min(int(found.get("Timeout") or 3), PATIENCE_SECONDS) + SLACK_SECONDS


def client_that_waits(seconds: int) -> Any:
    """Lambda's client, for one invocation that is not repeated: what a function did once it would do twice."""
    config = Config(connect_timeout=3, read_timeout=seconds, retries={"total_max_attempts": 1, "mode": "standard"})
    return boto3.client("lambda", config=config)


def _reproduce(asked: Invocation, event: Any) -> str:
    return invocation(asked["function"], json.dumps(event))


def _configured(found: Mapping[str, Any]) -> dict[str, Any]:
    names = ("State", "LastUpdateStatus", "Runtime", "Handler", "PackageType", "Timeout", "MemorySize")
    return {name: found[name] for name in names if found.get(name) not in (None, "")}


def _inactive(found: Mapping[str, Any], function: str) -> str:
    state, reason = found.get("State"), found.get("StateReason", "")
    published = state == "ActiveNonInvocable" and found.get("CapacityProviderConfig")
    if state not in (None, "Active", "Inactive") and not published:
        return f"{function} is {state}, not Active: {reason}".removesuffix(": ")
    if found.get("LastUpdateStatus") in {"Failed", "InProgress"}:
        why = found.get("LastUpdateStatusReason", "")
        return f"the last update of {function} is {found['LastUpdateStatus']}: {why}".removesuffix(": ")
    return "" if found.get("Role") else f"{function} has no role to run as"


def _shut(function: str) -> str:
    """Where it cannot be told, its invocations tell."""
    try:
        reserved = client("lambda").get_function_concurrency(FunctionName=function)
    except ClientError as error:
        if not (is_missing(error) or is_refused(error) or is_unknown_operation(error)):
            raise
        return ""
    if reserved.get("ReservedConcurrentExecutions") != 0:
        return ""
    return f"{function} is throttled to nothing: its reserved concurrency is 0, which its template does not say"


CHECKS: Final[dict[str, Callable[[dict[str, Any]], Outcome]]] = {
    "lambda.active": is_active,
    "lambda.answers": answers,
}
