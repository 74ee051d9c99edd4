"""Events that are given what a function missed."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lambda_answers import node_error, raise_in_handler

from deployer.sanity.adapt import VALUES, filled, makes_up_names, missed, unlike, with_names
from deployer.sanity.raised import Raised, from_answer


def names(kind: str, message: str, source: str = "x") -> list[str]:
    answer = raise_in_handler(kind, message, source)
    return missed(from_answer(answer.payload, ""))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("'orderId'", ["orderId"]),
        ("'orderId' is a required property", ["orderId"]),
        ("Missing required field: orderId", ["orderId"]),
        ("Missing 'orderId' field in JSON.", ["orderId"]),
        ("orderId is required", ["orderId"]),
        ("1 validation error for Order\norderId\n  Field required", ["orderId"]),
        ("Cannot destructure property 'id' of 'event.order' as it is undefined.", ["id", "order"]),
        ("event.items is not iterable", ["items"]),
        ("event.order.items is not iterable", ["items"]),
        ("boom", []),
        ("field is required", []),
    ],
)
def test_missed_by_message(message: str, expected: list[str]) -> None:
    """Messages name what is missing in many ways."""
    assert names("Error", message) == expected


def test_missed_by_source() -> None:
    """Python tells the line: what it reads by a literal name is what it misses."""
    source = "name = event['pathParameters'].get(\"id\")"

    assert names("TypeError", "'NoneType' object is not subscriptable", source) == ["pathParameters", "id"]
    node = node_error("TypeError", "Cannot read properties of undefined (reading 'id')")
    assert missed(from_answer(node.payload, "")) == []


def test_everywhere() -> None:
    """A name is added wherever it may have been looked for; what is there stays."""
    data = base64.b64encode(json.dumps({"a": 1}).encode()).decode()
    event = {"body": '{"a": 1}', "data": data, "list": [{"id": "own"}], "none": None}

    found = with_names(event, [("id", 0)])

    assert found["id"] == json.loads(found["body"])["id"] == "sanity-test"
    assert json.loads(base64.b64decode(found["data"])) == {"a": 1, "id": "sanity-test"}
    assert found["list"] == [{"id": "own"}]
    assert event == {"body": '{"a": 1}', "data": data, "list": [{"id": "own"}], "none": None}


def test_null_and_other_values() -> None:
    """Null is nothing; a value that was added gives way to the next one."""
    first = with_names({"query": None}, [("query", 0)])

    assert with_names(first, [("query", 1)]) == {"query": {}}


def test_image() -> None:
    """In an item of DynamoDB's own JSON a text has its type."""
    found = with_names({"dynamodb": {"NewImage": {"id": {"S": "1"}}}}, [("name", 0)])

    assert found["dynamodb"]["NewImage"] == {"id": {"S": "1"}, "name": {"S": "sanity-test"}}


def test_filled() -> None:
    """A request with nothing left out keeps what it had."""
    found = filled({"queryStringParameters": None, "body": '{"own": 1}'})

    assert found["queryStringParameters"] == {"id": "sanity-test"} and found["body"] == '{"own": 1}'
    assert filled([1]) == [1]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ({"pathParameters": {"tableName": "sanity-test"}}, True),
        ({"body": '{"queueUrl": "sanity-test"}'}, True),
        ([{"functionArn": "1"}], True),
        ({"s3": {"bucket": {"name": "files", "arn": "arn:aws:s3:::files"}}}, False),
        ({"id": "sanity-test", "list": [None, 1]}, False),
    ],
)
def test_made_up_names(event: Any, expected: bool) -> None:
    """An event may hold what a function takes for the name of something in AWS."""
    assert makes_up_names(event) is expected


def test_unlike() -> None:
    """An event that is as unlike as can be."""
    assert unlike({"a": 1}) == {} != unlike({})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.text(max_size=10), st.integers(0, len(VALUES) - 1))
def test_any_event(event: Any, name: str, number: int) -> None:
    """Whatever an event is, it can be given a name, and stays JSON."""
    json.dumps(with_names(event, [(name, number)]))


@pytest.mark.parametrize(
    "message",
    [
        "a" * 60_000,
        "a." * 30_000,
        "of 'a." * 10_000,
        "of '" + "a." * 30_000,
        "'a' is is is " * 5000,
        "missing " * 8000,
        "a is " * 12_000,
    ],
)
def test_slow_message(message: str) -> None:
    """No pattern goes over a message once per character."""
    started = time.process_time()

    missed(Raised(type="TypeError", message=message))

    assert time.process_time() - started < 5, "60,000 steps of 60,000 characters would take far longer"


@given(st.text(max_size=300))
def test_any_message(message: str) -> None:
    """Whatever a function says, names are found in bounded time."""
    assert len(names("Error", message, message)) < 100
