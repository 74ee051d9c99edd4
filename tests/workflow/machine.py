"""Runs a state machine of ours as it is, in moto's interpreter: each Task is answered by the test.

Two things differ from AWS. A container's state, and one that is another machine's execution, is given a
function's Resource, since nothing here plays those; what it would have been started with is what the stand-in
receives. And no time passes: pauses are noted.
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

import boto3
from moto.awslambda.models import LambdaBackend
from moto.stepfunctions.parser.asl.component.common.retry import retrier_decl
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction
from moto.stepfunctions.parser.backend.execution_worker import ExecutionWorker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import pytest

DEFINITIONS: Final = Path(__file__).resolve().parents[2] / "statemachines"
ROLE: Final = "arn:aws:iam::123456789012:role/machine"
SUBSTITUTIONS: Final = {
    "Partition": "aws",
    "ClusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/cluster",
    "SanityTestStateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:SanityTest",
    "BuildTaskDefinitionArn": "arn:aws:ecs:us-east-1:123456789012:task-definition/build:1",
    "SubnetIds": "subnet-1,subnet-2",
    "SecurityGroupId": "sg-1",
    "AssignPublicIp": "ENABLED",
}


@dataclass(frozen=True, slots=True)
class Raised:
    """A Task's answer: it failed with that error."""

    error: str
    message: str = "it did not work"


Answer = dict[str, Any] | Raised


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution that has ended. `received` has every payload of a Task, `waits` every pause, in seconds.

    `left` is what the states ended with, by their names.
    """

    status: str
    error: str | None
    cause: str | None
    visited: list[str]
    received: Mapping[str, list[dict[str, Any]]]
    left: Mapping[str, list[Any]]
    waits: list[float]
    pauses_before_retries: list[float]


@dataclass(slots=True)
class Tasks:
    """Answers each Task by its state's name: in turn, the last one again and again."""

    answers: Mapping[str, list[Answer]]
    received: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def answer(self, state: str, payload: dict[str, Any]) -> Answer:
        calls = self.received[state]
        calls.append(payload)
        answers = self.answers.get(state, [{}])
        return answers[min(len(calls), len(answers)) - 1]


def definition(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((DEFINITIONS / f"{name}.asl.json").read_text())
    return loaded


def tasks_of(name: str) -> list[str]:
    """The Task states of a definition, in its order, those within a Map too."""
    return [state for state, body in _states(definition(name)) if body["Type"] == "Task"]


def _states(machine: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for state, body in machine["States"].items():
        yield state, body
        if body["Type"] == "Map":
            yield from _states(body["ItemProcessor"])


def run(
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    given: Mapping[str, Any],
    answers: Mapping[str, Answer | list[Answer]],
) -> Run:
    """The execution of that definition with that input, once it has ended."""
    tasks = Tasks({state: _listed(each) for state, each in answers.items()})
    waits: list[float] = []
    retries: list[float] = []
    _stand_in(monkeypatch, tasks, waits, retries)
    client = boto3.client("stepfunctions", region_name="us-east-1")
    machine = client.create_state_machine(name=f"m{uuid4().hex}", definition=_runnable(name), roleArn=ROLE)
    arn = client.start_execution(
        stateMachineArn=machine["stateMachineArn"], name=uuid4().hex, input=json.dumps(given)
    )["executionArn"]
    ended = client.describe_execution(executionArn=arn)
    events = client.get_execution_history(executionArn=arn, maxResults=1000)["events"]
    return Run(
        status=ended["status"],
        error=ended.get("error"),
        cause=ended.get("cause"),
        visited=_visited(events),
        received=tasks.received,
        left=_left(events),
        waits=waits,
        pauses_before_retries=retries,
    )


def _listed(answer: Answer | list[Answer]) -> list[Answer]:
    return answer if isinstance(answer, list) else [answer]


def _runnable(name: str) -> str:
    """The definition with its substitutions made, and a stand-in's address for each Task."""
    text = (DEFINITIONS / f"{name}.asl.json").read_text()
    for key, value in SUBSTITUTIONS.items():
        text = text.replace(f"${{{key}}}", value)
    machine = json.loads(text)
    for state, body in _states(machine):
        if body["Type"] == "Task":
            body["Resource"] = f"arn:aws:lambda:us-east-1:123456789012:function:{state}"
    return json.dumps(machine)


def _stand_in(monkeypatch: pytest.MonkeyPatch, tasks: Tasks, waits: list[float], retries: list[float]) -> None:
    def invoke(_self: object, arn: str, _qualifier: object, body: str, _headers: object, out: Any) -> bytes:
        answer = tasks.answer(arn.rpartition(":")[2], json.loads(body))
        if isinstance(answer, Raised) and answer.error == "States.Timeout":
            raise TimeoutError  # what the interpreter itself raises when a state's TimeoutSeconds are over
        if isinstance(answer, Raised):
            out["x-amz-function-error"] = "Unhandled"
            return json.dumps({"errorType": answer.error, "errorMessage": answer.message}).encode()
        return json.dumps(answer).encode()

    def wait(_self: object, env: object, wait_seconds: float) -> None:
        waits.append(wait_seconds)

    monkeypatch.setattr(LambdaBackend, "invoke", invoke)
    monkeypatch.setattr(WaitFunction, "_wait_interval", wait)
    monkeypatch.setattr(retrier_decl, "time", SimpleNamespace(sleep=retries.append))
    # An execution then ends before start_execution returns: there is nothing to wait for.
    monkeypatch.setattr(ExecutionWorker, "start", ExecutionWorker._execution_logic)


def _visited(events: Iterable[Mapping[str, Any]]) -> list[str]:
    return [each["stateEnteredEventDetails"]["name"] for each in events if "stateEnteredEventDetails" in each]


def _left(events: Iterable[Mapping[str, Any]]) -> Mapping[str, list[Any]]:
    left = defaultdict[str, list[Any]](list)
    for exited in (each["stateExitedEventDetails"] for each in events if "stateExitedEventDetails" in each):
        left[exited["name"]].append(json.loads(exited["output"]))
    return left
