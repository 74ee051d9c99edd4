"""The line with which a person sees for themselves."""

from __future__ import annotations

import shlex

from hypothesis import given
from hypothesis.strategies import text

from deployer.sanity.reproduce import aws


def test_options() -> None:
    """They are spelt as the command line has them; a name that Python keeps for itself ends in `_`."""
    line = aws("stepfunctions", "start-sync-execution", state_machine_arn="arn:x", input_="{}")

    assert line == "aws stepfunctions start-sync-execution --state-machine-arn arn:x --input '{}'"


@given(text())
def test_any_value(value: str) -> None:
    """It reaches the command as one word, whatever a shell would make of it."""
    assert shlex.split(aws("sqs", "get-queue-url", queue_name=value))[-1] == value
