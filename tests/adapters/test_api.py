"""The API on a real table and real machines: what a caller asks for happens once, and is told truly."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from moto.dynamodb.models import DynamoDBBackend
from tests.api_caller import BASE, MACHINES, Answer, call
from tests.session_table import CALLER, ENTERED_AT, a_head

import api
from deployer.api import document as api_document
from deployer.aws.clients import client
from deployer.idempotency import Idempotency
from deployer.session import LogLevel, SessionKind, SessionStatus, Stage

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.aws.sessions import Sessions

GOOD: dict[str, Any] = {"repository": "https://github.com/octo/hello.git", "branch": "main"}
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/hello/1"


def executions(machine: str) -> list[str]:
    answer = client("stepfunctions").list_executions(stateMachineArn=MACHINES + machine)
    return [execution["name"] for execution in answer["executions"]]


def input_of(name: str) -> Any:
    arn = f"{MACHINES.replace('stateMachine', 'execution')}Deploy:{name}"
    return json.loads(client("stepfunctions").describe_execution(executionArn=arn)["input"])


def deployed(sessions: Sessions) -> str:
    session_id = sessions.create(
        a_head(stackName="hello", stackId=STACK, executionArn=f"{MACHINES}x:y", outputs={"Url": "u"})
    )
    sessions.settle(session_id, ENTERED_AT, SessionStatus.SUCCESS, "done")
    return session_id


def test_accepted_deployment(application: Sessions) -> None:
    """A good request is 202, says where to look, and has started one execution under the session's id."""
    answer = call("POST", "/deploy", GOOD)

    session_id = answer.body["sessionId"]
    assert answer.status == 202
    assert answer.headers["Location"] == answer.body["links"]["self"] == f"{BASE}/status/{session_id}"
    assert answer.headers["Retry-After"].isdecimal()
    assert executions("Deploy") == [session_id]
    assert application.head(session_id)["status"] == "pending"


def test_input_of_the_execution(application: Sessions) -> None:
    """The machine gets the request normalized, without the parameters, which only the session has."""
    body = {**GOOD, "projectRoot": "./app/", "tags": {"team": "platform"}, "parameters": {"Motto": "secret"}}
    answer = call("POST", "/deploy", body)

    assert input_of(answer.body["sessionId"]) == {
        "sessionId": answer.body["sessionId"],
        "request": {
            "repository": "octo/hello",
            "branch": "main",
            "commit": None,
            "projectRoot": "app",
            "template": None,
            "stackName": None,
            "tags": {"team": "platform"},
            "mode": "deploy",
            "keepFailedStack": False,
            "runTests": False,
        },
    }
    assert application.given_parameters(answer.body["sessionId"]) == {"Motto": "secret"}
    assert "parameters" not in application.head(answer.body["sessionId"])["request"]


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", "text/plain"])
def test_content_type(application: Sessions, content_type: str) -> None:
    """The body is read as JSON, whatever curl calls it."""
    answer = call("POST", "/deploy", GOOD, Content_Type=content_type)

    assert answer.status == 202


def test_repeated_request(application: Sessions) -> None:
    """The same key and body, however written, are the same answer and one execution."""
    first = call("POST", "/deploy", GOOD, Idempotency_Key="k")
    second = call("POST", "/deploy", {"branch": "main", "repository": "octo/hello"}, Idempotency_Key="k")

    assert second == first
    assert len(executions("Deploy")) == 1


@pytest.mark.parametrize("other", [{"branch": "next"}, {"parameters": {"Stage": "prod"}}])
def test_key_with_other_request(application: Sessions, other: dict[str, Any]) -> None:
    """The same key with another body is 422, and starts nothing."""
    call("POST", "/deploy", GOOD, Idempotency_Key="k")

    answer = call("POST", "/deploy", {**GOOD, **other}, Idempotency_Key="k")

    assert (answer.status, answer.body["code"]) == (422, "IdempotencyKeyReused")
    assert len(executions("Deploy")) == 1


def test_key_of_another_caller(application: Sessions) -> None:
    """Two callers may use the same key."""
    first = call("POST", "/deploy", GOOD, Idempotency_Key="k", key="one")
    second = call("POST", "/deploy", GOOD, Idempotency_Key="k", key="two")

    assert first.body["sessionId"] != second.body["sessionId"]


@pytest.fixture
def whole_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto's transactions, one at a time: between threads they are not transactions by themselves."""
    lock = threading.Lock()
    write: Callable[..., Any] = DynamoDBBackend.transact_write_items

    def alone(*args: Any, **kwargs: Any) -> Any:
        with lock:
            return write(*args, **kwargs)

    monkeypatch.setattr(DynamoDBBackend, "transact_write_items", alone)


def test_requests_at_the_same_time(application: Sessions, whole_transactions: None) -> None:
    """Twenty identical requests at once, each to a function of its own, are one session."""
    key = Idempotency.of(caller="me", key="k", request={})

    with ThreadPoolExecutor(20) as pool:
        found = set(pool.map(lambda _: application.create(a_head(), key), range(20)))

    assert len(found) == 1
    assert len(application.list(SessionKind.DEPLOYMENT, CALLER, limit=100)[0]) == 1


def test_crash_before_the_execution(application: Sessions) -> None:
    """A session that was written and not started is started by the same request, sent again."""
    fail_once("StartExecution")
    first = call("POST", "/deploy", GOOD, Idempotency_Key="k")

    second = call("POST", "/deploy", GOOD, Idempotency_Key="k")

    assert (first.status, second.status) == (500, 202)
    assert executions("Deploy") == [second.body["sessionId"]]


def test_unexpected_error(application: Sessions, caplog: pytest.LogCaptureFixture) -> None:
    """What nobody foresaw is 500 without a word about our code, and is logged once."""
    fail_once("StartExecution")

    answer = call("POST", "/deploy", GOOD)

    assert (answer.status, answer.body["code"]) == (500, "InternalError")
    assert "boom" not in json.dumps(answer.body)
    assert "Traceback" not in json.dumps(answer.body)
    assert len([record for record in caplog.records if record.levelname == "ERROR"]) == 1


def fail_once(operation: str) -> None:
    events = client("stepfunctions").meta.events

    def fail(**_: Any) -> None:
        events.unregister(f"before-call.sfn.{operation}", fail)
        raise RuntimeError("boom")

    events.register(f"before-call.sfn.{operation}", fail)


def shape(schema: dict[str, Any], value: Any) -> None:
    """Asserts that the value has just the properties that the schema names, all the way down."""
    if "anyOf" in schema:
        return shape(schema["anyOf"][0], value) if value is not None else None
    if "properties" in schema:
        assert set(value) == set(schema["properties"])
        for name, inner in schema["properties"].items():
            shape(inner, value[name])
    for item in value if "items" in schema else []:
        shape(schema["items"], item)
    return None


def test_status_of_deployed_session(application: Sessions) -> None:
    """The status has everything that the document says: outputs, resources, and where the stack is."""
    session_id = deployed(application)
    resource: Any = {"logicalId": "A", "type": "T", "physicalId": "a-1", "status": "CREATE_COMPLETE"}
    application.add_resources(session_id, [resource])

    answer = call("GET", f"/status/{session_id}")

    found = answer.body["deployedResources"]
    assert (answer.status, answer.body["status"]) == (200, "success")
    assert (found["outputs"], found["resources"], found["region"]) == ({"Url": "u"}, [resource], "eu-west-1")
    assert set(answer.body["links"]) == {"self", "execution", "stack"}
    assert [entry["message"] for entry in answer.body["logs"]] == ["done"]
    shape(api_document.SESSION, answer.body)


def test_status_of_plan(application: Sessions) -> None:
    """A plan shows its changes, and no stack."""
    session_id = application.create(
        a_head(request={"mode": "plan"}, stackName="hello", stackId=STACK, executionArn=f"{MACHINES}x:y")
    )
    change: Any = {"action": "Add", "logicalId": "A", "type": "T", "physicalId": "", "replacement": ""}
    application.add_changes(session_id, [change])

    body = call("GET", f"/status/{session_id}").body

    assert (body["changes"], body["deployedResources"]) == ([change], None)


def test_status_of_failed_session(application: Sessions) -> None:
    """A failure has its code, its message and a hint."""
    session_id = call("POST", "/deploy", GOOD).body["sessionId"]
    error: Any = {"code": "BuildFailed", "message": "no", "hint": "look"}
    application.settle(session_id, ENTERED_AT, SessionStatus.FAILED, "no", error)

    body = call("GET", f"/status/{session_id}").body

    assert (body["status"], body["error"]) == ("failed", error)


def test_following_the_log(application: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks again with logsNextToken sees every entry once."""
    monkeypatch.setattr(api, "LOG_PAGE", 2)
    session_id = call("POST", "/deploy", GOOD).body["sessionId"]
    entries = [(LogLevel.INFO, f"entry {number}") for number in range(5)]
    application.log(session_id, ENTERED_AT, Stage.CLONING, entries)

    seen: list[str] = []
    path = f"/status/{session_id}"
    while page := call("GET", path).body["logs"]:
        seen += [entry["message"] for entry in page]
        path = f"/status/{session_id}?logsAfter={call('GET', path).body['logsNextToken']}"

    assert seen == [message for _, message in entries]


def test_unknown_session(application: Sessions) -> None:
    """An id that nobody was given is 404."""
    session_id = a_head()["sessionId"]

    answers = [call("GET", f"/status/{session_id}"), call("DELETE", f"/deployments/{session_id}")]

    assert [(answer.status, answer.body["code"]) for answer in answers] == [(404, "SessionNotFound")] * 2


def test_list(application: Sessions) -> None:
    """Pages of deployments, in the shape that the document says."""
    for _ in range(3):
        call("POST", "/deploy", GOOD)

    first = call("GET", "/deployments?limit=2&repository=octo/hello").body
    second = call("GET", f"/deployments?limit=2&repository=octo/hello&nextToken={first['nextToken']}").body

    assert (first["count"], second["count"], second["nextToken"]) == (2, 1, None)
    shape(api_document.DEPLOYMENTS, first)


def test_token_with_other_filters(application: Sessions) -> None:
    """A page token continues its own list only."""
    for _ in range(2):
        call("POST", "/deploy", GOOD)
    token = call("GET", "/deployments?limit=1").body["nextToken"]

    answer = call("GET", f"/deployments?limit=1&status=pending&nextToken={token}")

    assert (answer.status, answer.body["code"]) == (400, "PageTokenInvalid")


def removal(sessions: Sessions) -> tuple[str, Answer]:
    session_id = deployed(sessions)
    return session_id, call("DELETE", f"/deployments/{session_id}")


def test_removal(application: Sessions) -> None:
    """A removal is 202, has an execution of its own, and may be asked for again."""
    session_id, answer = removal(application)
    again = call("DELETE", f"/deployments/{session_id}")

    assert (answer.status, again.status) == (202, 202)
    assert executions("RemoveStack") == [f"{session_id}-removal-1"]
    assert call("GET", f"/status/{session_id}").body["status"] == "deleting"
    shape(api_document.REMOVING, answer.body)


def test_second_removal_after_failure(application: Sessions) -> None:
    """A removal that failed can be asked for again, and runs again."""
    session_id, _ = removal(application)
    application.settle(session_id, ENTERED_AT, SessionStatus.FAILED, "no")

    answer = call("DELETE", f"/deployments/{session_id}")

    assert answer.status == 202
    assert set(executions("RemoveStack")) == {f"{session_id}-removal-{number}" for number in (1, 2)}


def test_removal_that_may_not_be(application: Sessions) -> None:
    """A session that runs, and one that has no stack, are 409."""
    running = call("POST", "/deploy", GOOD).body["sessionId"]
    empty = call("POST", "/deploy", GOOD).body["sessionId"]
    application.settle(empty, ENTERED_AT, SessionStatus.FAILED, "no")

    answers = [call("DELETE", f"/deployments/{session_id}") for session_id in (running, empty)]

    assert [(each.status, each.body["code"]) for each in answers] == [
        (409, "SessionNotSettled"),
        (409, "NothingToRemove"),
    ]
