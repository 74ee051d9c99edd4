"""deployer.sanity.reproduce: lines for a shell."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.sanity.reproduce import aws, command


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


@given(st.text(min_size=1))
def test_hostile_name(name: str) -> None:
    """Whatever a name holds, a shell reads it as one word."""
    assert shlex.split(aws("dynamodb", "describe-table", table_name=name))[-1] == name
    assert shlex.split(command("dynamodb", "DescribeTable", {"TableName": name}))[-1] == name
