"""State machines' definitions: what is wrong with them, and what their states call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.deployed_stack import arn

from deployer.sanity.definition import Called, calls, faults, parsed, texts

INVOKE = "arn:aws:states:::lambda:invoke"


def a_definition(**states: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states}


def a_task(resource: str, **fields: Any) -> dict[str, Any]:
    return {"Type": "Task", "Resource": resource, "End": True, **fields}


@pytest.mark.parametrize(
    ("definition", "word"),
    [
        (None, "no JSON object"),
        ({}, "no states"),
        ({"StartAt": "A", "States": {"B": {"Type": "Succeed"}}}, "starts at A"),
        (a_definition(A={"Type": "Pass", "Next": "B"}), "A leads to B"),
        (a_definition(A={"Type": "Choice", "Choices": [{"Next": "B"}]}), "A leads to B"),
        (a_definition(A={"Type": "Choice", "Choices": [], "Default": "B"}), "A leads to B"),
        (a_definition(A={"Type": "Task", "End": True, "Catch": [{"Next": "B"}]}), "A leads to B"),
        (a_definition(A={"Type": "Parallel", "Branches": [{"StartAt": "X", "States": {}}]}), "no states"),
        (a_definition(A={"Type": "Map", "ItemProcessor": {"StartAt": "X", "States": {"Y": {}}}}), "starts at X"),
        (a_definition(A="text"), "no object"),
    ],
)
def test_faults(definition: dict[str, Any] | None, word: str) -> None:
    """What keeps a machine from running is found at any depth."""
    assert any(word in each for each in faults(definition))


def test_definition_without_faults() -> None:
    """A loop and an end are well."""
    definition = a_definition(A={"Type": "Pass", "Next": "B"}, B={"Type": "Wait", "Next": "A"})

    assert faults(definition) == []


@pytest.mark.parametrize("text", ["", "no JSON", "[]", None, 7])
def test_what_is_no_definition(text: Any) -> None:
    """It has none."""
    assert parsed(text) is None


def test_calls() -> None:
    """Functions by ARN and by integration, tables and queues: those that are named outright."""
    function, queue = arn("lambda", "function:orders"), "https://sqs/123456789012/jobs"
    inner = a_definition(D=a_task("arn:aws:states:::dynamodb:putItem", Parameters={"TableName": "items"}))
    definition = a_definition(
        A=a_task(function),
        B=a_task(INVOKE, Arguments={"FunctionName": "mailer"}),
        C=a_task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters={"QueueUrl": queue}),
        M={"Type": "Map", "Iterator": inner},
        S=a_task("arn:aws:states:::aws-sdk:sfn:startExecution", Parameters={"StateMachineArn": "arn:m"}),
    )

    assert list(calls(definition)) == [
        Called(state="A", type="AWS::Lambda::Function", name=function),
        Called(state="B", type="AWS::Lambda::Function", name="mailer"),
        Called(state="C", type="AWS::SQS::Queue", name=queue),
        Called(state="D", type="AWS::DynamoDB::Table", name="items"),
        Called(state="S", type="AWS::StepFunctions::StateMachine", name="arn:m"),
    ]


@pytest.mark.parametrize(
    "fields",
    [{"Parameters": {"FunctionName.$": "$.f"}}, {"Arguments": {"FunctionName": "{% $f %}"}}, {"Parameters": None}],
)
def test_calls_that_the_input_decides(fields: dict[str, Any]) -> None:
    """They are not known before the machine runs."""
    assert list(calls(a_definition(A=a_task(INVOKE, **fields)))) == []


def test_table_that_a_state_makes() -> None:
    """It need not exist before."""
    state = a_task("arn:aws:states:::aws-sdk:dynamodb:createTable", Parameters={"TableName": "new"})

    assert list(calls(a_definition(A=state))) == []


def test_texts() -> None:
    """Every value is found, however deep."""
    assert list(texts(json.loads('{"a": ["b", {"c": "d"}], "e": 1}'))) == ["b", "d"]
