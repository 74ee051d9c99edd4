"""A state machine's definition in the Amazon States Language: what is wrong with it, and what its states call.

Sources: "State machine structure in Amazon States Language", "Integrating services with Step Functions" (Step
Functions Developer Guide). Only what a Task names outright is read: a value that comes from the input (a name that
ends in `.$`, a JSONata expression) is not known before it runs.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity import hostile_json

if TYPE_CHECKING:
    from collections.abc import Iterator

_INTEGRATION: Final = re.compile(r"arn:[^:]*:states:[^:]*::?(.+?)(?:\.sync(?::2)?|\.waitForTaskToken)?")
# By integration: the field that names what is called, and its type.
_FIELDS: Final = {
    "dynamodb:deleteItem": ("TableName", "AWS::DynamoDB::Table"),
    "dynamodb:getItem": ("TableName", "AWS::DynamoDB::Table"),
    "dynamodb:putItem": ("TableName", "AWS::DynamoDB::Table"),
    "dynamodb:query": ("TableName", "AWS::DynamoDB::Table"),
    "dynamodb:scan": ("TableName", "AWS::DynamoDB::Table"),
    "dynamodb:updateItem": ("TableName", "AWS::DynamoDB::Table"),
    "lambda:invoke": ("FunctionName", "AWS::Lambda::Function"),
    "sfn:startExecution": ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
    "sfn:startSyncExecution": ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
    "sns:publish": ("TopicArn", "AWS::SNS::Topic"),
    "sqs:sendMessage": ("QueueUrl", "AWS::SQS::Queue"),
    "states:startExecution": ("StateMachineArn", "AWS::StepFunctions::StateMachine"),
}
_DIRECT: Final = re.compile(r"arn:[^:]*:(lambda|states):[^:]*:\d+:(?:function|activity):.+")
_MAX_DEPTH: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """`name` is a name, an ARN or a URL."""

    state: str
    type: str
    name: str


def parsed(text: Any) -> dict[str, Any] | None:
    """The definition; None for what is no JSON object."""
    try:
        definition = hostile_json.parsed(text) if isinstance(text, str) else text
    except ValueError:
        return None
    return definition if isinstance(definition, dict) else None


def faults(definition: dict[str, Any] | None) -> list[str]:
    """What keeps it from running; empty when nothing of the kind is found."""
    return ["the definition is no JSON object"] if definition is None else list(_faults(definition, _MAX_DEPTH))


def calls(definition: dict[str, Any]) -> Iterator[Called]:
    """What its tasks call, in the order of its states."""
    for name, state in _states(definition, _MAX_DEPTH):
        if state.get("Type") == "Task":
            yield from _called(name, state)


def texts(value: Any, depth: int = _MAX_DEPTH) -> Iterator[str]:
    """Every text in it that is a value."""
    if isinstance(value, str):
        yield value
    elif depth and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts(each, depth - 1)


def _faults(machine: dict[str, Any], depth: int) -> Iterator[str]:
    states = machine.get("States")
    if not isinstance(states, dict) or not states:
        yield "it has no states"
        return
    if machine.get("StartAt") not in states:
        yield f"it starts at {machine.get('StartAt')}, which is no state of it"
    for name, state in states.items():
        if not isinstance(state, dict):
            yield f"the state {name} is no object"
            continue
        yield from (f"{name} leads to {each}, which is no state" for each in _next(state) if each not in states)
        for inner in _inner(state) if depth else ():
            yield from _faults(inner, depth - 1)


def _next(state: dict[str, Any]) -> Iterator[str]:
    branches = [state, *_objects(state.get("Choices")), *_objects(state.get("Catch"))]
    for target in (*(each.get("Next") for each in branches), state.get("Default")):
        if isinstance(target, str):
            yield target


def _inner(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The machines within a Parallel or a Map."""
    yield from _objects(state.get("Branches"))
    yield from _objects([state.get("ItemProcessor"), state.get("Iterator")])


def _states(machine: dict[str, Any], depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    states = machine.get("States")
    for name, state in states.items() if isinstance(states, dict) else ():
        if isinstance(state, dict):
            yield str(name), state
            for inner in _inner(state) if depth else ():
                yield from _states(inner, depth - 1)


def _called(name: str, state: dict[str, Any]) -> Iterator[Called]:
    resource = str(state.get("Resource", ""))
    direct, integration = _DIRECT.fullmatch(resource), _INTEGRATION.fullmatch(resource)
    if direct:
        kind = "AWS::Lambda::Function" if direct[1] == "lambda" else "AWS::StepFunctions::Activity"
        yield Called(state=name, type=kind, name=resource)
    elif integration:
        field, kind = _FIELDS.get(integration[1].removeprefix("aws-sdk:"), ("", ""))
        given = state.get("Arguments", state.get("Parameters"))
        called = given.get(field) if isinstance(given, dict) else None
        if isinstance(called, str) and called and not called.startswith(("{%", "$")):
            yield Called(state=name, type=kind, name=called)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
