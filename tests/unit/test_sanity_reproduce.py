"""The line with which a person sees for themselves."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis.strategies import text

from deployer.sanity.reproduce import aws, command


def test_options() -> None:
    """They are spelt as the command line has them; a name that Python keeps for itself ends in `_`."""
    line = aws("stepfunctions", "start-sync-execution", state_machine_arn="arn:x", input_="{}")

    assert line == "aws stepfunctions start-sync-execution --state-machine-arn arn:x --input '{}'"


@given(text())
def test_any_value(value: str) -> None:
    """It reaches the command as one word, whatever a shell would make of it."""
    assert shlex.split(aws("sqs", "get-queue-url", queue_name=value))[-1] == value


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "line"),
    [
        ("dynamodb", "DescribeTable", {"TableName": "orders"}, "aws dynamodb describe-table --table-name orders"),
        (
            "s3",
            "ListObjectsV2",
            {"Bucket": "b", "MaxKeys": 1},
            "aws s3api list-objects-v2 --bucket b --max-keys 1",
        ),
        (
            "apigateway",
            "GetStage",
            {"restApiId": "a", "stageName": "v1"},
            "aws apigateway get-stage --rest-api-id a --stage-name v1",
        ),
        (
            "sqs",
            "GetQueueAttributes",
            {"QueueUrl": "https://q", "AttributeNames": ["All"]},
            "aws sqs get-queue-attributes --queue-url https://q --attribute-names '[\"All\"]'",
        ),
        ("lambda", "GetPolicy", {"FunctionName": "f"}, "aws lambda get-policy --function-name f"),
    ],
)
def test_call_of_the_api(service: str, operation: str, parameters: dict[str, Any], line: str) -> None:
    """Names become the command line's."""
    assert command(service, operation, parameters) == line


@given(text())
def test_any_value_of_a_call(value: str) -> None:
    """So does what a call of the API was asked with."""
    assert shlex.split(command("dynamodb", "DescribeTable", {"TableName": value}))[-1] == value
