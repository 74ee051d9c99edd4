"""Each sample event is what its function really gets."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path

import pytest
from tests.shapes import fits
from tests.unit import application

from deployer import state_data
from deployer.session import is_session_id

ROOT = Path(__file__).parents[2]
EVENTS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "events").glob("*.json")}
STATES = {
    state["Resource"].removeprefix("${").removesuffix("FunctionArn}"): state["Parameters"]
    for name in application.MACHINES.values()
    for state in application.states(name).values()
    if state.get("Resource", "").endswith("FunctionArn}")
}
OF_TESTS = {"ValidateTestRequest", "GenerateTests"}
SHAPES = {
    "target": state_data.Target,
    "number": int,
    "source": state_data.Source,
    "project": state_data.ProjectFound,
    "package": state_data.Package,
    "changeSet": state_data.ChangeSet,
    "stack": state_data.Stack,
    "error": state_data.Caught,
    "stackId": str,
}

PACKAGE = {"templateKey": "k", "capabilities": [], "parameters": {"A": None}, "tags": {}, "secretOutputs": []}


def snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def test_every_function_has_one() -> None:
    """There is an event for each function, and none for what is no function."""
    assert set(EVENTS) == {snake(name) for name in STATES} | {"api", "execution_ended"}


@pytest.mark.parametrize("state", sorted(STATES))
def test_fields_are_those_of_the_state(state: str) -> None:
    """An event has the fields that its state passes."""
    event = EVENTS[snake(state)]

    assert set(event) == {name.removesuffix(".$") for name in STATES[state]}
    assert is_session_id(event["sessionId"])
    assert datetime.fromisoformat(event["enteredAt"]).tzinfo


@pytest.mark.parametrize("state", sorted(STATES))
def test_shapes_are_those_of_state_data(state: str) -> None:
    """What a state passes on has the shape that it was declared with where it came to be."""
    event = EVENTS[snake(state)]
    request = state_data.SanityRequest if state in OF_TESTS else state_data.DeployRequest

    assert fits(event.get("request"), request | None)
    assert all(fits(event[field], shape) for field, shape in SHAPES.items() if field in event)


def test_events_tell_of_one_session() -> None:
    """Their placeholders are the same, so that a person replaces each of them everywhere at once."""
    detail = EVENTS["execution_ended"]["detail"]
    text = json.dumps([event for name, event in EVENTS.items() if name != "api"])

    assert {event["sessionId"] for event in EVENTS.values() if "sessionId" in event} == {detail["name"]}
    assert is_session_id(detail["name"])
    assert detail["executionArn"].endswith(f":{detail['name']}")
    assert set(re.findall(r":(\d{12}):", text)) == {"000000000000"}
    assert len(set(re.findall(r"arn:aws:cloudformation:[^\"]*:stack/[^\"]*", text))) == 1


@pytest.mark.parametrize(
    ("value", "shape", "does"),
    [
        ({"areEmpty": True}, state_data.Buckets, True),
        ({"areEmpty": 1}, state_data.Buckets, False),
        ({}, state_data.Buckets, False),
        ({"areEmpty": True, "more": 1}, state_data.Buckets, False),
        ({**PACKAGE, "capabilities": ["C"]}, state_data.Package, True),
        ({**PACKAGE, "capabilities": [1]}, state_data.Package, False),
        ({"kind": "sam", "projectRoot": "", "needsBuild": False, "planUrl": None}, state_data.ProjectFound, True),
        ({"a": "b"}, dict[str, str], True),
        ({"a": 1}, dict[str, str], False),
    ],
)
def test_shape(value: object, shape: object, does: bool) -> None:
    """A value fits with exactly the keys, each of its type."""
    assert fits(value, shape) is does
