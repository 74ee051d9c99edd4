"""JSON that strangers wrote."""

from __future__ import annotations

import json

import pytest

from deployer.sanity.hostile_json import MAX_DEPTH, parsed


@pytest.mark.parametrize("text", ["[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH, '{"a": [1, "b", null]}', "3"])
def test_json(text: str) -> None:
    """What is no deeper than it may be is the value that it is."""
    assert parsed(text) == json.loads(text)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), '{"a":' * 60_000, "[" * 60_000, "1" * 60_000],
    ids=["empty", "cut", "deep", "deep object", "deep list", "long number"],
)
def test_no_json(text: str) -> None:
    """Whatever is wrong with it, it is one kind of error."""
    with pytest.raises(ValueError, match=r"."):
        parsed(text)
