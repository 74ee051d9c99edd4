"""Checks that a repository brings: a request or an invocation is answered as its sanity-tests.yaml expects."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, ReadTimeoutError

from deployer import probe
from deployer.aws.checks.functions import client_that_waits, refused, unheard, waits_seconds
from deployer.aws.clients import client
from deployer.sanity.address import Address, AddressRefused
from deployer.sanity.expectation import differences
from deployer.sanity.raised import from_answer
from deployer.sanity.reproduce import curl, invocation
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.sanity.expectation import Expectation

_SHOWN: Final = 1000
_LOG_LINES: Final = 10
_TOO_LONG: Final = "the answer is so long that only its beginning is read: expect what it `contains`"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# What API Gateway says while a stage, a route or a permission is only seconds old.
_NOT_READY: Final = frozenset({403, 404, 500, 503})


def is_answered(spec: Mapping[str, Any]) -> Outcome:
    """The request is answered with the status and the body that were expected."""
    address = _address(spec["address"])
    reproduce = curl(spec["method"], address.url, spec["headers"], spec["body"])
    try:
        answer = probe.request(spec["method"], address, headers=spec["headers"], body=spec["body"])
    except (probe.TooSlow, AddressRefused) as error:
        return Outcome(status=Verdict.SKIP, error=str(error), reproduce=reproduce)
    except probe.NoAnswer as error:
        may_pass_later = spec["method"] in _SAFE  # a new API's name may not be known everywhere
        return Outcome(status=Verdict.FAIL, error=str(error), reproduce=reproduce, may_pass_later=may_pass_later)
    if len(answer.body) >= probe.MAX_BODY_BYTES and spec["expected"].keys() & {"includes", "equals"}:
        return Outcome(status=Verdict.SKIP, error=_TOO_LONG, evidence=_answered(answer), reproduce=reproduce)
    wrong = _wrong_answer(spec["expected"], answer)
    return Outcome(
        status=Verdict.FAIL if wrong else Verdict.PASS,
        error="; ".join(wrong),
        evidence=_answered(answer),
        reproduce=reproduce,
        may_pass_later=spec["method"] in _SAFE and answer.status in _NOT_READY,
    )


def is_invoked(spec: Mapping[str, Any]) -> Outcome:
    """The function returns, or raises, what was expected. It is invoked once, whatever comes of it."""
    function, reproduce = spec["function"], _invocation(spec)
    seconds = waits_seconds(client("lambda").get_function_configuration(FunctionName=function))
    try:
        invoke = client_that_waits(seconds).invoke
        answer = invoke(FunctionName=function, Payload=spec["payload"].encode(), LogType="Tail")
    except ReadTimeoutError:
        return unheard(seconds, reproduce)
    except ClientError as error:
        return refused(error, reproduce)
    text = answer["Payload"].read().decode(errors="replace")
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    raised = from_answer(_json(text), log).type if answer.get("FunctionError") else ""
    wrong = _wrong_result(spec["expected"], text, raised)
    return Outcome(
        status=Verdict.FAIL if wrong else Verdict.PASS,
        error="; ".join(wrong),
        evidence={"result": text[:_SHOWN], **({"error": raised, "log": _tail(log)} if raised else {})},
        reproduce=reproduce,
    )


def _address(fields: Mapping[str, Any]) -> Address:
    """Where the request goes. A function's URL has an id that Lambda alone tells."""
    if "function" not in fields:
        return Address.of(fields)
    config = client("lambda").get_function_url_config(FunctionName=fields["function"])
    url_id = str(urlsplit(config["FunctionUrl"]).hostname).partition(".")[0]
    return Address.of({**fields, "id": url_id})


def _wrong_answer(expected: Expectation, answer: probe.Answer) -> list[str]:
    statuses = expected.get("status") or range(200, 300)
    wrong = [] if answer.status in statuses else [f"the status is {answer.status}, not {_listed(statuses)}"]
    return wrong + differences(expected, answer.body.decode(errors="replace"))


def _wrong_result(expected: Expectation, text: str, raised: str) -> list[str]:
    wanted = expected.get("error", "")
    if raised == wanted:
        return differences(expected, text)
    if not wanted:
        return [f"it raised {raised}: {text[:_SHOWN]}"]
    return [f"it raised {raised}, not {wanted}" if raised else f"it returned, and did not raise {wanted}"]


def _listed(statuses: Any) -> str:
    return "2xx" if isinstance(statuses, range) else " or ".join(map(str, statuses))


def _answered(answer: probe.Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "contentType": answer.headers.get("content-type", ""),
        "body": answer.body[:_SHOWN].decode(errors="replace"),
        "durationMs": answer.duration_ms,
    }


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _tail(log: str) -> list[str]:
    return log.strip().splitlines()[-_LOG_LINES:]


def _invocation(spec: Mapping[str, Any]) -> str:
    return invocation(spec["function"], spec["payload"])


CHECKS: Final = {"own.request": is_answered, "own.invoke": is_invoked}
