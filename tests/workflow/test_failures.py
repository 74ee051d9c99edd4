"""Whatever state fails: the failure is recorded, and the execution fails with what was recorded."""

from __future__ import annotations

import pytest
from tests.workflow import machine, sessions
from tests.workflow.machine import Answer, Raised, Run

pytestmark = pytest.mark.usefixtures("interpreter")

# How a session must go to reach a state that the common way does not visit.
DETOURS: dict[str, dict[str, Answer | list[Answer]]] = {
    "DiscardChangeSet": {"CheckChangeSet": sessions.change_set(changes=False)},
    "StopStack": {"CheckStack": sessions.stack(settled=False, overdue=True)},
}
STATES = [
    (name, state)
    for name in ("deploy", "sanity_test", "remove_stack")
    for state in machine.tasks_of(name)
    if state not in {"RecordFailure", "RunSanityTest"}
]
NO_LAMBDA = {"CloneRepository", "PackageProject", "RunSanityTests"}
LAMBDA_STATES = [(name, state) for name, state in STATES if state not in NO_LAMBDA]


def start(monkeypatch: pytest.MonkeyPatch, name: str, changed: dict[str, Answer | list[Answer]]) -> Run:
    return machine.run(monkeypatch, name, sessions.given(name), sessions.answers(name) | changed)


@pytest.mark.parametrize("error", ["BuildFailed", "States.Timeout", "KeyError"])
@pytest.mark.parametrize(("name", "state"), STATES)
def test_state_that_fails(monkeypatch: pytest.MonkeyPatch, name: str, state: str, error: str) -> None:
    """Its error goes to RecordFailure, at once, and the execution fails with what RecordFailure made of it."""
    changed = {**DETOURS.get(state, {}), state: Raised(error, "why")}

    run = start(monkeypatch, name, {**changed, "RecordFailure": {"error": "BuildFailed", "cause": "no luck"}})

    assert (run.status, run.error, run.cause) == ("FAILED", "BuildFailed", "no luck")
    assert run.visited[-3:] == [state, "RecordFailure", "SessionFailed"]
    assert len(run.received[state]) == 1
    [told] = run.received["RecordFailure"]
    assert told["sessionId"] == sessions.SESSION
    assert told["error"]["Error"] == error


@pytest.mark.parametrize(("name", "state"), LAMBDA_STATES)
def test_lambda_that_is_busy(monkeypatch: pytest.MonkeyPatch, name: str, state: str) -> None:
    """Lambda's own passing trouble, and a function that died, are tried again: they are not the session's."""
    good = (sessions.answers(name) | DETOURS.get(state, {})).get(state, {})
    last = good if isinstance(good, dict) else {}
    busy: list[Answer] = [Raised("Lambda.TooManyRequestsException"), Raised("Runtime.ExitError"), last]
    detour: dict[str, Answer | list[Answer]] = dict(DETOURS.get(state, {}))
    if state == "StopStack":
        detour["CheckStack"] = [sessions.stack(settled=False, overdue=True), sessions.stack()]

    run = start(monkeypatch, name, {**detour, state: busy})

    assert run.status == "SUCCEEDED"
    assert len(run.pauses_before_retries) == 2


@pytest.mark.parametrize("state", ["CloneRepository", "PackageProject"])
def test_ecs_without_capacity(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """A container that could not be started is started again."""
    run = start(monkeypatch, "deploy", {state: [Raised("ECS.AmazonECSException"), {}]})

    assert run.status == "SUCCEEDED"
    assert len(run.received[state]) == 2


def test_lambda_that_stays_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """After five more tries its error is the session's."""
    run = start(monkeypatch, "deploy", {"CheckStack": Raised("Lambda.TooManyRequestsException")})

    assert run.status == "FAILED"
    assert len(run.received["CheckStack"]) == 6
    assert run.received["RecordFailure"][0]["error"]["Error"] == "Lambda.TooManyRequestsException"


@pytest.mark.parametrize(
    ("name", "state"),
    [("deploy", "CheckStack"), ("sanity_test", "SummarizeTests"), ("remove_stack", "CheckStack")],
)
def test_failure_that_cannot_be_recorded(monkeypatch: pytest.MonkeyPatch, name: str, state: str) -> None:
    """The execution fails all the same, so that ExecutionEnded hears of it."""
    changed: dict[str, Answer | list[Answer]] = {
        state: Raised("StackFailed"),
        "RecordFailure": Raised("InternalError"),
    }

    run = start(monkeypatch, name, changed)

    assert (run.status, run.error) == ("FAILED", "InternalError")
    assert run.visited[-2:] == ["RecordFailure", "SessionFailedUnrecorded"]
