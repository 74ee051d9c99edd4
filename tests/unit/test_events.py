"""Each sample event is what its function really gets."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from tests.api_caller import SETTINGS, answer_of

from deployer.session import is_session_id

ROOT = Path(__file__).parents[2]
EVENTS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "events").glob("*.json")}
MACHINES = [json.loads(path.read_text()) for path in (ROOT / "statemachines").glob("*.asl.json")]
STATES = {
    state["Resource"].removeprefix("${").removesuffix("FunctionArn}"): state["Parameters"]
    for machine in MACHINES
    for state in machine["States"].values()
    if state.get("Resource", "").endswith("FunctionArn}")
}


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


def test_event_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's event is read whole; it gets as far as the table that it is not given here."""
    event: dict[str, Any] = EVENTS["api"]
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TABLE_NAME")

    answer = answer_of(event)

    assert answer.body["code"] == "SettingMissing"
    assert answer.body["requestId"] == event["requestContext"]["requestId"]


def test_event_of_an_ended_execution() -> None:
    """Its names belong together."""
    detail = EVENTS["execution_ended"]["detail"]

    assert is_session_id(detail["name"])
    assert detail["executionArn"].endswith(f":{detail['name']}")
