"""The functions that end a session, and the one that finds those that did not end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.api_caller import MACHINES, call
from tests.session_table import ENTERED_AT

import execution_ended
import record_failure
import record_removal
import record_success
from deployer.aws.artifacts import build_key, source_key
from deployer.aws.clients import client
from deployer.session import SessionStatus, Stage

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts
    from deployer.aws.sessions import Sessions

STACK = "arn:aws:cloudformation:us-east-1:123456789012:stack/hello/1"


def running(sessions: Sessions, stage: Stage, **attributes: Any) -> str:
    session_id: str = call("POST", "/deploy", {"repository": "octo/hello"}).body["sessionId"]
    stack: dict[str, Any] = {"stackName": "hello", "stackId": STACK}
    sessions.advance(session_id, ENTERED_AT, done=Stage.VALIDATING, next=stage, message="x", **stack, **attributes)
    return session_id


def arn_of(name: str, machine: str = "Deploy") -> str:
    return f"{MACHINES.replace('stateMachine', 'execution')}{machine}:{name}"


def ended(session_id: str, status: str, **detail: Any) -> dict[str, Any]:
    return {
        "detail-type": "Step Functions Execution Status Change",
        "detail": {
            "executionArn": arn_of(session_id),
            "name": session_id,
            "status": status,
            "stopDate": 1_795_000_100_000,
            **detail,
        },
    }


def failed(session_id: str, name: str, cause: str) -> Any:
    event: Any = {"sessionId": session_id, "enteredAt": ENTERED_AT, "error": {"Error": name, "Cause": cause}}
    return record_failure.handler(event, None)


@pytest.mark.parametrize(("mode", "says"), [("deploy", "hello is deployed"), ("plan", "0 changes planned")])
def test_success(application: Sessions, mode: Any, says: str) -> None:
    """A session that went well says what is there now."""
    session_id = running(application, Stage.COLLECTING, request={"mode": mode})

    answer = record_success.handler({"sessionId": session_id, "enteredAt": ENTERED_AT}, None)

    assert answer["status"] == "success"
    assert says in application.head(session_id)["message"]


@pytest.mark.parametrize("mode", ["deploy", "plan"])
def test_success_without_changes(application: Sessions, mode: Any) -> None:
    """A session that found nothing to change says so, whether it deployed or planned."""
    session_id = running(application, Stage.PLANNING, request={"mode": mode}, hasChanges=False)

    record_success.handler({"sessionId": session_id, "enteredAt": ENTERED_AT}, None)

    assert application.head(session_id)["message"].startswith("nothing to change: stack hello")


def test_removal(application: Sessions) -> None:
    """A session whose stack is gone says so."""
    session_id = running(application, Stage.COLLECTING)
    application.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    call("DELETE", f"/deployments/{session_id}")

    answer = record_removal.handler({"sessionId": session_id, "enteredAt": ENTERED_AT}, None)

    told = call("GET", f"/status/{session_id}").body
    assert answer["status"] == "deleted"
    assert (told["message"], told["deployedResources"], told["retainedResources"]) == (
        "stack hello is gone",
        None,
        [],
    )


def test_removal_that_left_something(application: Sessions) -> None:
    """What stayed is told after the stack is gone."""
    stayed = {
        "logicalId": "Table",
        "type": "AWS::DynamoDB::Table",
        "physicalId": "t-1",
        "status": "DELETE_SKIPPED",
    }
    session_id = running(application, Stage.COLLECTING, retainedResources=[stayed])
    application.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    call("DELETE", f"/deployments/{session_id}")

    record_removal.handler({"sessionId": session_id, "enteredAt": ENTERED_AT}, None)

    told = call("GET", f"/status/{session_id}").body
    assert told["message"] == "stack hello is gone, 1 resource stayed: see retainedResources"
    assert told["retainedResources"] == [stayed]


def test_failure(application: Sessions) -> None:
    """The session and the execution fail with the same error; a retry changes nothing."""
    session_id = running(application, Stage.DETECTING)
    cause = json.dumps({"errorType": "ProjectNotFound", "errorMessage": "no template among README.md"})

    answers = [failed(session_id, "ProjectNotFound", cause) for _ in range(2)]

    assert answers == [{"error": "ProjectNotFound", "cause": "no template among README.md"}] * 2
    assert application.head(session_id)["error"] == {
        "code": "ProjectNotFound",
        "message": "no template among README.md",
        "hint": "Give projectRoot or template.",
    }


TASK = json.dumps({"Containers": [{"Name": "clone", "ExitCode": 1}], "StoppedReason": "exited"})


@pytest.fixture
def reports(application: Sessions, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch) -> Artifacts:
    monkeypatch.setenv("BUCKET_NAME", artifacts.bucket)
    return artifacts


def test_container_that_told(application: Sessions, reports: Artifacts) -> None:
    """Of a container that failed, its own report says why."""
    session_id = running(application, Stage.CLONING)
    report = {"error": {"code": "RepositoryTooLarge", "message": "60,000 files"}, "logTail": []}
    reports.put(source_key(session_id, "report.json"), json.dumps(report).encode())

    answer = failed(session_id, "States.TaskFailed", TASK)

    assert answer == {"error": "RepositoryTooLarge", "cause": "60,000 files"}


def test_container_without_a_word(application: Sessions, reports: Artifacts) -> None:
    """A container that left no report stopped, with its exit code."""
    answer = failed(running(application, Stage.CLONING), "States.TaskFailed", TASK)

    assert answer["error"] == "WorkerStopped"
    assert "exit code 1" in answer["cause"]


@pytest.mark.parametrize("name", ["States.TaskFailed", "BuildFailed"])
def test_build_that_failed(application: Sessions, reports: Artifacts, name: str) -> None:
    """The last lines of its output are in the log, once, whether its task failed or PublishPackage read of it."""
    session_id = running(application, Stage.PACKAGING)
    error = {"code": "BuildFailed", "message": "One (uv): no such package"}
    report = {"error": error, "logTail": ["\x1b[31mresolving", 7]}
    reports.put(build_key(session_id, "report.json"), json.dumps(report).encode())
    told = {"errorType": "BuildFailed", "errorMessage": "One (uv): no such package"}

    answers = [failed(session_id, name, TASK if name.startswith("States") else json.dumps(told)) for _ in range(2)]

    logs, _ = application.logs(session_id, None, 100)
    assert answers == [{"error": "BuildFailed", "cause": "One (uv): no such package"}] * 2
    assert [entry["message"] for entry in logs] == ["resolving", "One (uv): no such package"]


@pytest.mark.parametrize(
    ("status", "settled", "code"),
    [("ABORTED", "cancelled", "SessionCancelled"), ("TIMED_OUT", "failed", "SessionTimedOut")],
)
def test_execution_that_was_ended(application: Sessions, status: str, settled: str, code: str) -> None:
    """What no Catch sees is recorded, once, and says that the stack was moving."""
    session_id = running(application, Stage.DEPLOYING)
    event = ended(session_id, status)

    answers = [execution_ended.handler(event, None) for _ in range(2)]

    head = application.head(session_id)
    assert [answer["settled"] for answer in answers] == [[session_id], []]
    assert (head["status"], head["error"]["code"]) == (settled, code)
    assert "stack hello was left" in head["message"]


def test_failure_that_was_not_recorded(application: Sessions) -> None:
    """A failed execution fails its session, with the execution's error."""
    session_id = running(application, Stage.DETECTING)

    execution_ended.handler(ended(session_id, "FAILED", error="BuildFailed", cause="no"), None)

    assert application.head(session_id)["error"]["code"] == "BuildFailed"


def test_late_event(application: Sessions) -> None:
    """An event of the deployment says nothing of the removal that has begun since."""
    session_id = running(application, Stage.DEPLOYING)
    application.settle(session_id, ENTERED_AT, SessionStatus.FAILED, "no")
    call("DELETE", f"/deployments/{session_id}")

    answer = execution_ended.handler(ended(session_id, "FAILED"), None)

    assert answer["settled"] == []
    assert application.head(session_id)["status"] == "deleting"


@pytest.mark.parametrize("name", ["by-hand", "0192f0c1-2345-7abc-8def-0123456789ab"])
def test_execution_of_nobody(application: Sessions, name: str) -> None:
    """An execution that is no session's is left alone."""
    assert execution_ended.handler(ended(name, "ABORTED"), None) == {"settled": []}


def sweep() -> list[str]:
    event = {"detail-type": "Scheduled Event", "time": "2026-11-18T11:30:00Z"}
    return execution_ended.handler(event, None)["settled"]


@pytest.fixture
def overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every session is overdue at once."""
    monkeypatch.setattr(execution_ended, "_OVERDUE_MS", -10_000_000_000_000)


@pytest.mark.usefixtures("overdue")
def test_sweep_of_stopped_execution(application: Sessions) -> None:
    """An end that nobody told of is found."""
    going, stopped = running(application, Stage.CLONING), running(application, Stage.CLONING)
    client("stepfunctions").stop_execution(executionArn=arn_of(stopped))

    assert (sweep(), sweep()) == ([stopped], [])
    assert application.head(going)["status"] == "deploying"
    assert application.head(stopped)["status"] == "cancelled"


@pytest.mark.usefixtures("overdue")
def test_sweep_of_session_that_never_began(application: Sessions) -> None:
    """A session that was written and never started fails."""
    session_id = running(application, Stage.CLONING)
    table = client("dynamodb")
    head = application.head(session_id)
    table.update_item(
        TableName="sessions",
        Key={"sessionId": {"S": session_id}, "timestamp": {"N": str(head["timestamp"])}},
        UpdateExpression="SET executionArn = :arn",
        ExpressionAttributeValues={":arn": {"S": arn_of("never")}},
    )

    assert sweep() == [session_id]
    assert application.head(session_id)["error"]["code"] == "InternalError"


def test_sweep_of_young_sessions(application: Sessions) -> None:
    """A session is given its time."""
    session_id = running(application, Stage.CLONING)
    client("stepfunctions").stop_execution(executionArn=arn_of(session_id))

    assert sweep() == []
