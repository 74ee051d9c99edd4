"""What a Catch leaves becomes one of our errors, and nothing of AWS's own leaves with it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer import errors
from deployer.caught import error_of, failure_of, record_of
from deployer.ending import Execution, ExecutionStatus, ending, message_of
from deployer.session import SessionStatus

TASK = {
    "Containers": [{"Name": "build", "ExitCode": 137, "Reason": "OutOfMemoryError: container killed"}],
    "StoppedReason": "Essential container in task exited",
    "Overrides": {"ContainerOverrides": [{"Environment": [{"Name": "PLAN_URL", "Value": "https://secret"}]}]},
}


def of_lambda(name: str, message: str) -> str:
    return json.dumps({"errorMessage": message, "errorType": name, "stackTrace": ["File x.py"], "requestId": "1"})


def test_error_of_ours() -> None:
    """An error that a function raised keeps its class and its message."""
    error = error_of("ProjectNotFound", of_lambda("ProjectNotFound", "no template"))

    assert (type(error), error.message) == (errors.ProjectNotFound, "no template")


def test_unforeseen_error() -> None:
    """What a function did not foresee is InternalError, without the stack trace."""
    error = error_of("KeyError", of_lambda("KeyError", "'x'"))

    assert (type(error), error.message) == (errors.InternalError, "KeyError: 'x'")


def test_plain_text() -> None:
    """A Cause may be plain text."""
    error = error_of("StackLocked", "session 1 holds it")

    assert (type(error), error.message) == (errors.StackLocked, "session 1 holds it")


def test_task_that_stopped() -> None:
    """Of ECS's description only the exit code and the reason are told: the rest holds an address."""
    error = error_of("States.TaskFailed", json.dumps(TASK))

    assert type(error) is errors.WorkerStopped
    assert "137" in error.message
    assert "OutOfMemoryError" in error.message
    assert "secret" not in error.message


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            {"Status": "FAILED", "Error": "SanityTestsFailed", "Cause": "1 test failed: T"},
            errors.SanityTestsFailed,
        ),
        ({"Status": "FAILED", "Error": "States.Runtime", "Cause": "no path"}, errors.InternalError),
        ({"Status": "TIMED_OUT"}, errors.SessionTimedOut),
        ({"Status": "ABORTED"}, errors.SessionCancelled),
    ],
)
def test_nested_execution(told: dict[str, str], expected: type[errors.DeployerError]) -> None:
    """The tests' execution passes its own error on, whatever Step Functions wraps around it."""
    cause = {"ExecutionArn": "arn:aws:states:us-east-1:123456789012:execution:SanityTest:1", **told}

    error = error_of("States.TaskFailed", json.dumps(cause))

    assert type(error) is expected
    assert told.get("Cause", "") in error.message


@pytest.mark.parametrize(
    ("name", "cause", "expected"),
    [
        ("States.Timeout", "", errors.SessionTimedOut),
        ("States.TaskFailed", "", errors.InternalError),
        ("States.Runtime", "A path was not found", errors.InternalError),
        ("States.DataLimitExceeded", "", errors.InternalError),
        ("Lambda.TooManyRequestsException", "Rate Exceeded", errors.InternalError),
        (
            "Sandbox.Timedout",
            of_lambda("Sandbox.Timedout", "timed out after 50 seconds"),
            errors.InternalError,
        ),
        ("ECS.AmazonECSException", "CannotPullContainerError", errors.WorkerStopped),
        ("AmazonECS.Unknown", json.dumps({"Failures": [{"Reason": "Capacity"}]}), errors.WorkerStopped),
        ("States.TaskFailed", json.dumps({"StoppedReason": "Spot"}), errors.WorkerStopped),
        ("RequestInvalid", "repository: no", errors.InternalError),
    ],
)
def test_errors_of_aws(name: str, cause: str, expected: type[errors.DeployerError]) -> None:
    """AWS's own names become ours."""
    assert type(error_of(name, cause)) is expected


@given(name=st.text(max_size=40), cause=st.text(max_size=200) | st.just(json.dumps(TASK)) | st.just("[" * 5000))
def test_any_error(name: str, cause: str) -> None:
    """Whatever is caught, the execution ends with a class of ours, and in few enough characters."""
    failure = failure_of(error_of(name, cause))

    assert issubclass(errors.error_class(failure["error"]), errors.DeployerError)
    assert not failure["error"].startswith("States.")
    assert len(failure["cause"]) <= 32_000


def test_record_of_a_failed_stack() -> None:
    """A failed stack's record names the resource that failed first, and a hint."""
    record = record_of(errors.StackFailed("Bucket: already exists"))

    assert record["resource"] == "Bucket"
    assert record["hint"]


def test_record_of_a_refused_template() -> None:
    """A template that CloudFormation refuses has a hint where one is known, and no resource."""
    record = record_of(errors.TemplateInvalid("Template format error: Unrecognized resource types: [A::B::C]"))

    assert "misspelt" in record["hint"]
    assert "resource" not in record


def test_record_of_a_template_that_is_not_allowed() -> None:
    """It lists each finding by itself, after its way through the execution as a text."""
    told = errors.TemplateNotAllowed.of(["template.yaml Resources.A: one", "template.yaml Resources.B: two"])
    error = error_of("TemplateNotAllowed", of_lambda("TemplateNotAllowed", told.message))

    assert record_of(error)["errors"] == [
        {"field": "template.yaml Resources.A", "problem": "one"},
        {"field": "template.yaml Resources.B", "problem": "two"},
    ]


@pytest.mark.parametrize(
    ("execution", "status", "error"),
    [
        (None, SessionStatus.FAILED, errors.InternalError),
        (Execution(status=ExecutionStatus.ABORTED), SessionStatus.CANCELLED, errors.SessionCancelled),
        (Execution(status=ExecutionStatus.TIMED_OUT), SessionStatus.FAILED, errors.SessionTimedOut),
        (Execution(status=ExecutionStatus.SUCCEEDED), SessionStatus.FAILED, errors.InternalError),
        (
            Execution(status=ExecutionStatus.FAILED, error="BuildFailed", cause="no"),
            SessionStatus.FAILED,
            errors.BuildFailed,
        ),
        (
            Execution(status=ExecutionStatus.FAILED, error="States.DataLimitExceeded"),
            SessionStatus.FAILED,
            errors.InternalError,
        ),
    ],
)
def test_endings(execution: Execution | None, status: SessionStatus, error: type[errors.DeployerError]) -> None:
    """Each way in which an execution ends decides the session's status and error."""
    found, why = ending(execution)

    assert (found, type(why)) == (status, error)


@pytest.mark.parametrize(("stage", "says"), [("cloning", False), ("deploying", True), ("removing", True)])
def test_stack_that_was_moving(stage: str, says: bool) -> None:
    """A session that ends while CloudFormation works says that the stack was left as it was."""
    head: dict[str, Any] = {"stage": stage, "stackName": "hello"}

    message = message_of(errors.SessionTimedOut("too long"), head)

    assert ("stack hello was left" in message) == says


def test_stack_that_failed() -> None:
    """A stack that failed is not moving any more."""
    head: dict[str, Any] = {"stage": "deploying", "stackName": "hello"}

    assert message_of(errors.StackFailed("Bucket: no"), head) == "Bucket: no"
