"""What a function's answer is worth to the one who asked: good, malformed, an error, or no answer at all.

Sources: "Output format of a Lambda function for proxy integration", "Output from a Lambda authorizer" and "Payload
format version" (API Gateway Developer Guide); "Implementing partial batch responses" and "Transform records with
Firehose" (Lambda, Firehose); "Handling Lambda errors with an API Gateway API" (Lambda Developer Guide).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.aws_refusal import quoted
from deployer.sanity.event_kind import EventKind
from deployer.sanity.hostile_json import parsed
from deployer.sanity.raised import Raised, from_answer, from_log

if TYPE_CHECKING:
    from collections.abc import Callable

_MOCK: Final = "Mock response - "
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`payload` is parsed JSON; `function_error` is Lambda's header of that name; `log` the tail, at most 4 KB."""

    payload: Any
    function_error: str = ""
    log: str = ""
    is_json: bool = True


class Worth(StrEnum):
    GOOD = "good"
    MALFORMED = "malformed"  # whoever asked cannot use it
    RAISED = "raised"  # the function failed, or says that it failed
    NOTHING = "nothing"  # null, where an answer is needed: as when a handler knows nothing of what it was given
    MOCK = "mock"  # the platform answered in its stead


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    worth: Worth
    reason: str = ""
    raised: Raised | None = None


_GOOD: Final = Judgement(worth=Worth.GOOD)


def judge(kind: EventKind, answer: Answer, event: Any, reports_items: bool) -> Judgement:
    """`reports_items`: the caller asked for the items of a batch that failed."""
    if answer.function_error:
        return _raised(kind, from_answer(answer.payload, answer.log))
    if mock := _mock(answer.payload):
        return Judgement(worth=Worth.MOCK, reason=mock)
    if not answer.is_json:
        # Format 2.0: only what is streamed is no JSON, and it is the body as it stands.
        return _malformed("it is no JSON") if kind in _CONTRACTS and kind is not EventKind.HTTP else _GOOD
    if reports_items and kind in {EventKind.SQS, EventKind.KINESIS, EventKind.DYNAMODB}:
        return _batch(answer, event)
    contract = _CONTRACTS.get(kind)
    return contract(answer, event) if contract else _GOOD


def _raised(kind: EventKind, raised: Raised) -> Judgement:
    """An authorizer that says Unauthorized refuses the made-up caller, as it should."""
    if kind.is_authorizer and raised.message.strip().lower() == "unauthorized":
        return _GOOD
    return Judgement(worth=Worth.RAISED, reason=raised.told, raised=raised)


def _mock(payload: Any) -> str:
    body = payload.get("body") if isinstance(payload, dict) else None
    return body.removeprefix(_MOCK) if isinstance(body, str) and body.startswith(_MOCK) else ""


def _request(answer: Answer, _event: Any) -> Judgement:
    """Format 1.0, and a load balancer: an object with a status code; the body is text."""
    given = answer.payload
    if given is None:
        return Judgement(worth=Worth.NOTHING, reason="it answers nothing, where a statusCode is needed")
    if not isinstance(given, dict):
        return _malformed(f"it is {_shown(given)}, not an object with a statusCode")
    if "statusCode" not in given:
        return _malformed(f"it has no statusCode: {_shown(given)}")
    return _by_status(answer)


def _http(answer: Answer, _event: Any) -> Judgement:
    """Format 2.0: without a status code, whatever it is becomes the body of a 200."""
    given = answer.payload
    return _by_status(answer) if isinstance(given, dict) and "statusCode" in given else _GOOD


def _by_status(answer: Answer) -> Judgement:
    given = answer.payload
    status = given["statusCode"]
    if isinstance(status, bool) or not str(status).isdecimal() or not 100 <= int(str(status)) <= 599:
        return _malformed(f"its statusCode is {_shown(status)}")
    if not isinstance(given.get("body"), str | None):
        return _malformed(f"its body is no text: {_shown(given['body'])}")
    if not isinstance(given.get("headers"), dict | None):
        return _malformed(f"its headers are no object: {_shown(given['headers'])}")
    return _failed(answer, int(str(status))) if int(str(status)) >= 500 else _GOOD


def _failed(answer: Answer, status: int) -> Judgement:
    """What the function says of its own failure: in its log before it, or in the body."""
    body = answer.payload.get("body") or ""
    message = quoted(answer.log) or _message(body)
    told = from_log(answer.log) or Raised(type="", message=message, is_foretold=False)
    return Judgement(worth=Worth.RAISED, reason=f"it answers {status}: {body[:_SHOWN]}", raised=told)


def _message(body: str) -> str:
    try:
        given = parsed(body)
    except ValueError:
        return body[:1000]
    names = ("errorMessage", "error", "message", "detail", "details", "errors")
    found = [given[name] for name in names if given.get(name)] if isinstance(given, dict) else [given]
    return " ".join(each if isinstance(each, str) else json.dumps(each) for each in found)[:1000]


def _websocket(answer: Answer, event: Any) -> Judgement:
    given = answer.payload
    return _http(answer, event) if isinstance(given, dict) else _GOOD


def _authorizer(answer: Answer, _event: Any) -> Judgement:
    given = answer.payload
    if given is None:
        return Judgement(worth=Worth.NOTHING, reason="it answers nothing, where a policy is needed")
    if not isinstance(given, dict) or not isinstance(given.get("policyDocument"), dict):
        return _malformed(f"it has no policyDocument: {_shown(given)}")
    return _GOOD


def _http_authorizer(answer: Answer, event: Any) -> Judgement:
    given = answer.payload
    if isinstance(given, dict) and "isAuthorized" in given:
        authorized = given["isAuthorized"]
        return _GOOD if isinstance(authorized, bool) else _malformed(f"its isAuthorized is {_shown(authorized)}")
    return _authorizer(answer, event)


def _cognito(answer: Answer, _event: Any) -> Judgement:
    if isinstance(answer.payload, dict):
        return _GOOD
    return _malformed(f"it is {_shown(answer.payload)}; Cognito wants the event back")


def _firehose(answer: Answer, event: Any) -> Judgement:
    given = answer.payload
    records = given.get("records") if isinstance(given, dict) else None
    if not isinstance(records, list):
        return _malformed(f"it has no records: {_shown(given)}")
    asked = [record["recordId"] for record in event["records"]] if isinstance(event, dict) else []
    told = [record.get("recordId") if isinstance(record, dict) else None for record in records]
    if sorted(map(str, asked)) != sorted(map(str, told)):
        return _malformed(f"its records are {_shown(told)}, asked were {_shown(asked)}")
    results = {record.get("result") for record in records}
    if not results <= {"Ok", "Dropped", "ProcessingFailed"}:
        return _malformed(f"a result of its records is none of Ok, Dropped, ProcessingFailed: {_shown(given)}")
    return _GOOD


def _batch(answer: Answer, event: Any) -> Judgement:
    """Which items failed: a bad list makes Lambda take all of them as failed."""
    given = answer.payload
    if given is None or (isinstance(given, dict) and not given.get("batchItemFailures")):
        return _GOOD
    failures = given.get("batchItemFailures") if isinstance(given, dict) else None
    if not isinstance(failures, list):
        return _malformed(f"it reports no batchItemFailures: {_shown(given)}")
    told = [each.get("itemIdentifier") if isinstance(each, dict) else None for each in failures]
    if not all(isinstance(each, str) and each in json.dumps(event) and each for each in told):
        return _malformed(f"its batchItemFailures name what was not asked: {_shown(failures)}")
    raised = from_log(answer.log) or Raised(type="", message="an event of the batch failed", is_foretold=False)
    return Judgement(
        worth=Worth.RAISED, reason=f"it reports the made-up record as failed: {raised.told}", raised=raised
    )


_CONTRACTS: Final[dict[EventKind, Callable[[Answer, Any], Judgement]]] = {
    EventKind.COGNITO: _cognito,
    EventKind.FIREHOSE: _firehose,
    EventKind.HTTP: _http,
    EventKind.HTTP_AUTHORIZER: _http_authorizer,
    EventKind.LOAD_BALANCER: _request,
    EventKind.REQUEST_AUTHORIZER: _authorizer,
    EventKind.REST: _request,
    EventKind.TOKEN_AUTHORIZER: _authorizer,
    EventKind.WEBSOCKET: _websocket,
}


def _malformed(reason: str) -> Judgement:
    return Judgement(worth=Worth.MALFORMED, reason=f"its answer is malformed: {reason}")


def _shown(value: Any) -> str:
    return json.dumps(value)[:_SHOWN]
