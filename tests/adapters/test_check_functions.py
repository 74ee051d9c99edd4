"""Functions, looked at and invoked."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody
from tests.deployed_things import make_function

from deployer.aws.checks import functions
from deployer.aws.checks.functions import CHECKS, answers, is_active
from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Callable

ACTIVE = {
    "State": "Active",
    "LastUpdateStatus": "Successful",
    "Role": "arn:aws:iam::123456789012:role/r",
    "Timeout": 3,
}
ORDERS = {"function": "orders", "mayBeShut": False}


class Lambda:
    """Lambda as the test says it answers; what it was asked is kept."""

    def __init__(self, configuration: dict[str, Any], answer: Callable[[Any], dict[str, Any]]) -> None:
        self.events: list[Any] = []
        self._configuration = configuration
        self._answer = answer

    def get_function_configuration(self, **given: Any) -> dict[str, Any]:
        return self._configuration

    def get_function_concurrency(self, **given: Any) -> dict[str, Any]:
        return {}

    def get_layer_version_by_arn(self, **given: Any) -> dict[str, Any]:
        raise ClientError(
            {"Error": {"Code": "ResourceNotFoundException", "Message": "none"}}, "GetLayerVersionByArn"
        )

    def invoke(self, **given: Any) -> dict[str, Any]:
        event = json.loads(given["Payload"])
        self.events.append(event)
        answer = self._answer(event)
        body = answer.pop("text", None) or json.dumps(answer.pop("payload", None))
        log = base64.b64encode(answer.pop("log", "").encode()).decode()
        stream = StreamingBody(io.BytesIO(body.encode()), len(body.encode()))
        facts = {"LogResult": log, "ResponseMetadata": {"RequestId": "r1"}, "ExecutedVersion": "$LATEST"}
        return {"Payload": stream, **facts, **answer}


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Lambda]:
    def play(answer: Callable[[Any], dict[str, Any]], **configuration: Any) -> Lambda:
        lambda_ = Lambda({**ACTIVE, **configuration}, answer)
        monkeypatch.setattr(functions, "client", lambda service: lambda_)
        monkeypatch.setattr(functions, "client_that_waits", lambda seconds: lambda_)
        return lambda_

    return play


def spec(**more: Any) -> dict[str, Any]:
    given = {"function": "orders", "kind": "rest", "origin": "shaped", "event": {"own": "event"}, "method": "GET"}
    return {**given, "runtime": "python3.13", "variables": [], "types": [], "isEmbedded": False, **more}


def refused(code: str) -> Callable[[Any], dict[str, Any]]:
    def answer(event: Any) -> dict[str, Any]:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "Invoke")

    return answer


def raises(kind: str, message: str) -> Callable[[Any], dict[str, Any]]:
    payload = {"errorType": kind, "errorMessage": message, "stackTrace": []}
    return lambda event: {"payload": payload, "FunctionError": "Unhandled", "log": "START\nlast words\n"}


def test_active(aws: None) -> None:
    """A function that is there and active."""
    make_function("orders")

    outcome = is_active(ORDERS)

    assert (outcome.status, outcome.evidence["State"]) == ("pass", "Active")
    assert outcome.reproduce == "aws lambda get-function-configuration --function-name orders"


@pytest.mark.parametrize(
    ("configuration", "error"),
    [
        ({"State": "Failed", "StateReason": "no image"}, "orders is Failed, not Active: no image"),
        ({"State": "ActiveNonInvocable"}, "orders is ActiveNonInvocable, not Active"),
        ({"LastUpdateStatus": "Failed"}, "the last update of orders is Failed"),
        ({"Role": ""}, "orders has no role to run as"),
    ],
)
def test_inactive(played: Any, configuration: dict[str, str], error: str) -> None:
    """A function that cannot be invoked."""
    played(lambda event: {}, **configuration)

    outcome = is_active(ORDERS)

    assert (outcome.status, outcome.error, outcome.may_pass_later) == ("fail", error, False)


@pytest.mark.parametrize(
    ("configuration", "error"),
    [
        ({"State": "Pending"}, "orders is Pending, not Active"),
        ({"LastUpdateStatus": "InProgress"}, "the last update of orders is InProgress"),
    ],
)
def test_on_its_way(played: Any, configuration: dict[str, str], error: str) -> None:
    """A function that AWS wakes up, or still changes, is not judged before that is over."""
    played(lambda event: {}, **configuration)

    outcome = is_active(ORDERS)

    assert (outcome.status, outcome.error, outcome.may_pass_later) == ("skip", error, True)


def test_managed_instances(played: Any) -> None:
    """Of a function that runs on instances of the account the published version is what is invoked."""
    provider = {"LambdaManagedInstancesCapacityProviderConfig": {"CapacityProviderArn": "arn:p"}}
    played(lambda event: {}, State="ActiveNonInvocable", CapacityProviderConfig=provider)

    assert is_active(ORDERS).status == "pass"


@pytest.mark.parametrize(("may_be_shut", "status"), [(False, "fail"), (True, "pass")])
def test_throttled_to_nothing(aws: None, may_be_shut: bool, status: str) -> None:
    """Nobody can invoke it; that is a fault, unless its template has it so."""
    make_function("orders")
    client("lambda").put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=0)

    outcome = is_active({**ORDERS, "mayBeShut": may_be_shut})

    assert (outcome.status, "throttled to nothing" in outcome.error) == (status, not may_be_shut)


def test_some_concurrency(aws: None) -> None:
    """A function that is throttled to something can be invoked."""
    make_function("orders")
    client("lambda").put_function_concurrency(FunctionName="orders", ReservedConcurrentExecutions=1)

    assert is_active(ORDERS).status == "pass"


@pytest.mark.parametrize("code", ["UnknownOperationException", "AccessDeniedException"])
def test_concurrency_that_cannot_be_told(played: Any, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """A platform that does not know it, or does not tell us, does not matter."""
    lambda_ = played(lambda event: {})
    monkeypatch.setattr(lambda_, "get_function_concurrency", lambda **_: refused(code)({}), raising=False)

    assert is_active(ORDERS).status == "pass"


def test_idle(played: Any) -> None:
    """A function that AWS put to sleep wakes up when it is invoked."""
    played(lambda event: {}, State="Inactive")

    assert is_active(ORDERS).status == "pass"


def test_gone(aws: None) -> None:
    """That a function is not there is the runner's to say."""
    with pytest.raises(ClientError):
        is_active(ORDERS)


def test_answers(played: Any) -> None:
    """A good answer, with what a person wants to see of it."""
    lambda_ = played(lambda event: {"payload": {"statusCode": 200, "body": "{}"}, "log": "START\nEND\n"})

    outcome = answers(spec())

    assert (outcome.status, lambda_.events) == ("pass", [{"own": "event"}])
    seen = {name: outcome.evidence[name] for name in ("event", "eventIs", "requestId", "answer", "log")}
    assert seen == {
        "event": "an API request",
        "eventIs": "shaped",
        "requestId": "r1",
        "answer": '{"statusCode": 200, "body": "{}"}',
        "log": ["START", "END"],
    }
    assert outcome.reproduce == (
        "aws lambda invoke --function-name orders --cli-binary-format raw-in-base64-out"
        """ --payload '{"own": "event"}' /dev/stdout"""
    )


def test_example(played: Any) -> None:
    """Whose event it was."""
    played(lambda event: {"payload": {"statusCode": 200}})

    assert answers(spec(origin="example", file="events/a.json")).evidence["eventIs"] == "events/a.json"


def test_fails(played: Any) -> None:
    """A fault, with the last lines of the log."""
    played(raises("Runtime.ImportModuleError", "Unable to import module 'app'"))

    outcome = answers(spec())

    assert outcome.error == "the code cannot be loaded: Unable to import module 'app'"
    assert outcome.evidence["log"] == ["START", "last words"]


def test_secret_variable_that_is_told(played: Any) -> None:
    """A function that says with what it failed does not tell its secret variables."""
    variables = {"DB_PASSWORD": "s3cr3t-W0rd", "TABLE": "orders"}
    played(raises("RuntimeError", "s3cr3t-W0rd opens no orders"), Environment={"Variables": variables})

    outcome = CHECKS["lambda.answers"](spec())

    assert outcome.error.endswith("RuntimeError: **** opens no orders")
    assert "s3cr3t" not in json.dumps(outcome.evidence)


def test_dialogue(played: Any) -> None:
    """Other events are tried before an error counts, and how many is told."""
    lambda_ = played(raises("RuntimeError", "boom"))

    outcome = answers(spec())

    assert outcome.status == "fail"
    assert outcome.evidence["invocations"] == len(lambda_.events) > 1
    assert lambda_.events[-1] == {}


def test_out_of_time(played: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dialogue that takes too long ends with what is known."""
    lambda_ = played(raises("RuntimeError", "boom"))
    monkeypatch.setattr(functions, "DIALOGUE_SECONDS", -1)

    assert (answers(spec()).status, len(lambda_.events)) == ("skip", 1)


def test_missing_layer(played: Any) -> None:
    """Code that needs a layer which the platform does not have says nothing of what was deployed."""
    played(raises("Runtime.ImportModuleError", "No module named 'powertools'"), Layers=[{"Arn": "arn:layer:1"}])

    outcome = answers(spec())

    assert (outcome.status, "no layer arn:layer:1" in outcome.error) == ("skip", True)


@pytest.mark.parametrize(
    ("code", "status", "later"),
    [
        ("ENINotReadyException", "skip", True),
        ("ResourceConflictException", "skip", True),
        ("SnapStartNotReadyException", "skip", True),
        ("KMSAccessDeniedException", "fail", True),
        ("InvalidZipFileException", "fail", True),
        ("ModeNotSupportedException", "skip", False),
        ("TooManyRequestsException", "skip", False),
        ("ServiceException", "skip", False),
    ],
)
def test_not_run(played: Any, code: str, status: str, later: bool) -> None:
    """Lambda does not run what is not whole; that it is not ready, or busy, says nothing."""
    played(refused(code))

    outcome = answers(spec())

    assert (outcome.status, outcome.may_pass_later) == (status, later)


@pytest.mark.parametrize(
    "code", ["ResourceNotFoundException", "AccessDeniedException", "RequestTooLargeException"]
)
def test_not_ours(played: Any, code: str) -> None:
    """What is the runner's to say is left to it."""
    played(refused(code))

    with pytest.raises(ClientError):
        answers(spec())


def test_no_answer(played: Any) -> None:
    """A function that takes longer than a test can wait is no fault, and is not invoked again."""

    def hangs(event: Any) -> dict[str, Any]:
        raise ReadTimeoutError(endpoint_url="https://lambda")

    lambda_ = played(hangs, Timeout=900)

    outcome = answers(spec())

    assert (outcome.status, len(lambda_.events)) == ("skip", 1)
    assert "885 seconds" in outcome.error


def test_megabytes(played: Any) -> None:
    """Of a large answer little is kept."""
    played(lambda event: {"payload": {"statusCode": 200, "body": "x" * 6_000_000}})

    outcome = answers(spec(event={"x": "y" * 5000}))

    assert outcome.status == "pass"
    assert len(json.dumps(outcome.evidence)) < 4096
    assert "file://event.json" in outcome.reproduce


def test_no_json(played: Any) -> None:
    """An answer that is no JSON is malformed for who needs one."""
    played(lambda event: {"text": "<html>"})

    assert answers(spec()).status == "fail"
    assert answers(spec(kind="sns")).status == "pass"


STATUS = '{"statusCode": 200, "headers": {}}'


@pytest.mark.parametrize(
    ("kind", "text", "status"),
    [
        ("http", "once upon a time", "pass"),
        ("http", STATUS + "\0" * 8 + "a time", "pass"),
        ("rest", STATUS + "\0" * 8 + "a time", "pass"),
        ("rest", "once upon a time", "fail"),
        ("rest", '{"statusCode": "two"}' + "\0" * 8, "fail"),
        ("rest", '"text"' + "\0" * 8, "fail"),
    ],
)
def test_streamed(played: Any, kind: str, text: str, status: str) -> None:
    """What is streamed is the body, behind a status or, to a function URL, as it stands."""
    played(lambda event: {"text": text})

    assert answers(spec(kind=kind)).status == status


def test_waits(aws: None) -> None:
    """An invocation is waited for as long as the function may take, and is not repeated."""
    config = functions.client_that_waits(33).meta.config

    assert (config.read_timeout, config.retries["total_max_attempts"]) == (33, 1)
    assert client("lambda").meta.config.read_timeout != 33


def test_names() -> None:
    """The checks that tests name."""
    assert set(CHECKS) == {"lambda.active", "lambda.answers"}
