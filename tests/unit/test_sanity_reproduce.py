"""The line with which a person sees for themselves."""

from __future__ import annotations

import shlex
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import text

from deployer.sanity.reproduce import aws, command, curl, invocation, rewritten


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


@pytest.mark.parametrize(
    ("request_", "line"),
    [
        (("GET", "https://a/b", {"accept": "x/y"}, None), "curl -i -X GET -H 'accept: x/y' https://a/b"),
        (("HEAD", "https://a/b?c[0]=1", {}, None), "curl --head --globoff 'https://a/b?c[0]=1'"),
        (
            ("POST", "https://a", {}, "@/etc/passwd"),
            "curl -i -X POST -H Content-Type: --data-raw @/etc/passwd https://a",
        ),
        (
            ("POST", "https://a", {"Content-Type": "text/plain"}, "b"),
            "curl -i -X POST -H 'Content-Type: text/plain' --data-raw b https://a",
        ),
    ],
)
def test_request(request_: tuple[str, str, dict[str, str], str | None], line: str) -> None:
    """It sends what the test sent, and no file of the reader's."""
    assert curl(*request_) == line


def test_invocation() -> None:
    """A payload that is too long to be read is left to a file."""
    assert invocation("f", "{}").endswith("--payload '{}' /dev/stdout")
    assert "--payload file://event.json" in invocation("f", "x" * 5000)


@given(text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])), text(alphabet="a'\"\\\n\t$(`"))
def test_rewritten(first: str, second: str) -> None:
    """The words come out as they went in, on one line."""
    line = rewritten(shlex.join(["echo", first, second]), lambda word: word, 10_000)

    shown = subprocess.run(["bash", "-c", line], capture_output=True, check=True)

    assert "\n" not in line
    assert shown.stdout.decode() == f"{first} {second}\n"


def test_rewritten_to_size() -> None:
    """A word that is too long goes; the command stays one."""
    assert rewritten(shlex.join(["aws", "x" * 50, "y"]), lambda word: word, 20) == "aws '…' y"
