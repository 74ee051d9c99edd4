"""What an answer is worth to the one who asked."""

from __future__ import annotations

from typing import Any

import pytest
from tests.lambda_answers import good, raise_in_handler, response

from deployer.sanity.answer import Answer, Worth, judge
from deployer.sanity.event_kind import EventKind

POLICY = {"principalId": "a", "policyDocument": {"Version": "2012-10-17", "Statement": []}}
BATCH = {"Records": [{"messageId": "m1"}]}
RECORDS = {"records": [{"recordId": "1", "data": ""}]}


def worth(kind: EventKind, payload: Any, event: Any = None, reports_items: bool = False) -> Worth:
    return judge(kind, good(payload), event, reports_items).worth


@pytest.mark.parametrize("kind", [EventKind.REST, EventKind.LOAD_BALANCER])
@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({"statusCode": 200}, Worth.GOOD),
        ({"statusCode": "200", "body": "ok", "headers": {}}, Worth.GOOD),
        ({"statusCode": 404, "body": "none"}, Worth.GOOD),
        (None, Worth.NOTHING),
        ("not a response", Worth.MALFORMED),
        ({"message": "hello"}, Worth.MALFORMED),
        ({"statusCode": "fine"}, Worth.MALFORMED),
        ({"statusCode": True}, Worth.MALFORMED),
        ({"statusCode": 200, "body": {"id": 1}}, Worth.MALFORMED),
        ({"statusCode": 200, "headers": "none"}, Worth.MALFORMED),
        ({"statusCode": 500, "body": "sorry"}, Worth.RAISED),
        ({"statusCode": 502}, Worth.RAISED),
    ],
)
def test_format_1(kind: EventKind, payload: Any, expected: Worth) -> None:
    """A proxy integration of a REST API needs a status code, and a body that is text."""
    assert worth(kind, payload) == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (None, Worth.GOOD),
        ("hello", Worth.GOOD),
        ({"message": "hello"}, Worth.GOOD),
        ({"statusCode": 200, "body": {"id": 1}}, Worth.MALFORMED),
        ({"statusCode": 503, "body": ""}, Worth.RAISED),
    ],
)
def test_format_2(payload: Any, expected: Worth) -> None:
    """Without a status code an HTTP API makes a 200 of whatever it is."""
    assert worth(EventKind.HTTP, payload) == expected


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        (EventKind.TOKEN_AUTHORIZER, POLICY, Worth.GOOD),
        (EventKind.REQUEST_AUTHORIZER, {"isAuthorized": True}, Worth.MALFORMED),
        (EventKind.HTTP_AUTHORIZER, {"isAuthorized": True}, Worth.GOOD),
        (EventKind.HTTP_AUTHORIZER, {"isAuthorized": "yes"}, Worth.MALFORMED),
        (EventKind.HTTP_AUTHORIZER, POLICY, Worth.GOOD),
        (EventKind.TOKEN_AUTHORIZER, None, Worth.NOTHING),
        (EventKind.COGNITO, {"response": {}}, Worth.GOOD),
        (EventKind.COGNITO, None, Worth.MALFORMED),
        (EventKind.WEBSOCKET, None, Worth.GOOD),
        (EventKind.WEBSOCKET, {"statusCode": 500}, Worth.RAISED),
        (EventKind.SQS, "anything", Worth.GOOD),
        (EventKind.PLAIN, None, Worth.GOOD),
    ],
)
def test_contracts(kind: EventKind, payload: Any, expected: Worth) -> None:
    """Each caller has its own idea of an answer; queues and events have none."""
    assert worth(kind, payload) == expected


def test_refusal() -> None:
    """An authorizer that raises Unauthorized refuses who is made up, as it should."""
    answer = raise_in_handler("Exception", "Unauthorized")

    assert judge(EventKind.TOKEN_AUTHORIZER, answer, {}, False).worth == Worth.GOOD
    assert judge(EventKind.REST, answer, {}, False).worth == Worth.RAISED


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (None, Worth.GOOD),
        ({}, Worth.GOOD),
        ({"batchItemFailures": []}, Worth.GOOD),
        ({"batchItemFailures": None}, Worth.GOOD),
        ({"batchItemFailures": [{"itemIdentifier": "m1"}]}, Worth.RAISED),
        ({"batchItemFailures": [{"itemIdentifier": "m2"}]}, Worth.MALFORMED),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, Worth.MALFORMED),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, Worth.MALFORMED),
        ({"batchItemFailures": [{"id": "m1"}]}, Worth.MALFORMED),
        ({"batchItemFailures": "m1"}, Worth.MALFORMED),
        ("done", Worth.MALFORMED),
    ],
)
def test_batch(payload: Any, expected: Worth) -> None:
    """Items that failed are named as they were asked; only a mapping that wants to know reads them."""
    assert worth(EventKind.SQS, payload, BATCH, reports_items=True) == expected
    assert worth(EventKind.SQS, payload, BATCH) == Worth.GOOD


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([{"recordId": "1", "result": "Ok", "data": ""}], Worth.GOOD),
        ([{"recordId": "2", "result": "Ok", "data": ""}], Worth.MALFORMED),
        ([{"recordId": "1", "result": "Fine", "data": ""}], Worth.MALFORMED),
        (["1"], Worth.MALFORMED),
        (None, Worth.MALFORMED),
    ],
)
def test_firehose(records: Any, expected: Worth) -> None:
    """Firehose gets each record back by its id, with one of three results."""
    assert worth(EventKind.FIREHOSE, {"records": records}, RECORDS) == expected


def test_mock() -> None:
    """What the platform answers in the function's stead is no answer."""
    assert worth(EventKind.REST, {"statusCode": 200, "body": "Mock response - java21 not supported"}) == Worth.MOCK


def test_no_json() -> None:
    """A stream of bytes is an answer to those who do not look at it."""
    assert judge(EventKind.REST, Answer(payload="<html>", is_json=False), {}, False).worth == Worth.MALFORMED
    assert judge(EventKind.SNS, Answer(payload="<html>", is_json=False), {}, False).worth == Worth.GOOD


def test_told_in_the_log() -> None:
    """A 5xx is explained by the log, or by its body."""
    trace = (
        "Traceback (most recent call last):\n  File \"/var/task/app.py\", line 2, in f\n    x\nKeyError: 'id'\n"
    )
    quoted = "An error occurred (NoSuchBucket) when calling the GetObject operation: none"

    by_trace = judge(EventKind.REST, response(500, "sorry", log=trace), {}, False).raised
    by_quote = judge(EventKind.REST, response(500, "sorry", log=f"[ERROR] {quoted}\n"), {}, False).raised
    by_body = judge(EventKind.REST, response(500, '{"error": "no id", "other": 1}'), {}, False).raised

    assert by_trace and by_trace.told == "KeyError: 'id'"
    assert by_quote and by_quote.told == quoted
    assert by_body and by_body.told == "no id" and not by_body.is_foretold


@pytest.mark.parametrize("body", ["[" * 100_000, '{"error": ' * 100_000, "1" * 10_000])
def test_body_that_cannot_be_read(body: str) -> None:
    """A failure whose body is no JSON, or too deep, is told in its own words."""
    judgement = judge(EventKind.REST, response(500, body), {}, False)

    assert judgement.raised and judgement.raised.message == body[:1000]
