"""What an answer was expected to be, and how the difference is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.sanity.expectation import differences

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"id": 1}, {"id": 1, "more": 2}),
        ({"items": [{"id": 1}]}, {"items": [{"id": 1, "more": 2}]}),
        ([], []),
        (1, 1.0),
        (None, None),
    ],
)
def test_included(expected: Any, actual: Any) -> None:
    """An object may have more members than are asked for, at any depth."""
    assert differences({"includes": expected}, json.dumps(actual)) == []


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [
        ({"id": 1}, {}, "$.id is missing"),
        ({"a": {"b": 1}}, {"a": {"b": "1"}}, '$.a.b is "1", not 1'),
        ({"ok": True}, {"ok": 1}, "$.ok is 1, not true"),
        ([1], [1, 2], "$ has length 2, not 1"),
        ([{"id": 1}], [{"id": 2}], "$[0].id is 2, not 1"),
        ({"a": 1}, [1], '$ is [1], not {"a": 1}'),
        ({"a": None}, {"a": 0}, "$.a is 0, not null"),
    ],
)
def test_not_included(expected: Any, actual: Any, said: str) -> None:
    """What is missing or other is told with its place."""
    assert differences({"includes": expected}, json.dumps(actual)) == [said]


def test_more_than_equal() -> None:
    """`equals` takes no further member."""
    assert differences({"equals": {"a": {}}}, '{"a": {"b": 1}}') == ["$.a.b is more than was expected"]


def test_text() -> None:
    """Text is looked for in what was answered as it stands."""
    assert differences({"contains": ["two", "three"]}, "one two") == ['it does not contain "three"']
    assert differences({"equals": "hello"}, "hello") == []
    assert differences({"equals": "hello"}, '"hello"') == []


def test_nothing_expected() -> None:
    """Without an expectation every answer will do."""
    assert differences({}, "whatever") == []


@given(JSON)
def test_itself(value: Any) -> None:
    """Everything equals and includes itself."""
    assert differences({"includes": value, "equals": value}, json.dumps(value)) == []


@given(JSON, JSON)
def test_equal_or_told(expected: Any, actual: Any) -> None:
    """What is not equal is told; what equals is included."""
    told = differences({"equals": expected}, json.dumps(actual))

    assert bool(told) == (json.dumps(expected, sort_keys=True) != json.dumps(actual, sort_keys=True))
    assert told or not differences({"includes": expected}, json.dumps(actual))


@pytest.mark.parametrize("text", ["[" * 900 + "]" * 900, "[" * 100_000, "\ud800", "", "9" * 5000])
def test_hostile_answer(text: str) -> None:
    """An answer that was made to do harm is no JSON, or another one."""
    [told] = differences({"equals": {"a": 1}}, text)

    assert len(told) < 300
