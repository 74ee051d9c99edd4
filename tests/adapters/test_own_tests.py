"""A repository's own tests, run: requests against a server on loopback, invocations against a stubbed Lambda."""

from __future__ import annotations

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from botocore.response import StreamingBody

from deployer import probe
from deployer.aws.checks import own_tests
from deployer.aws.checks.own_tests import is_answered, is_invoked
from deployer.probe import TooSlow
from deployer.sanity.address import AddressRefused
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

FUNCTION = "shop-total-1"


class Gateway:
    """What is answered, and what was asked last."""

    def __init__(self) -> None:
        self.status, self.body = 200, b'{"id": 1}'
        self.asked: dict[str, Any] = {}
        self.pattern = ""

    def ask(self, expected: dict[str, Any], **spec: Any) -> Outcome:
        address = {"pattern": self.pattern, "id": "rest123", "path": "/Prod/orders", "query": "a=1"}
        made = {"method": "GET", "address": address, "headers": {}, "body": None, "expected": expected, **spec}
        return is_answered(json.loads(json.dumps(made)))


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with _serving(Gateway()) as found:
        yield found


@contextmanager
def _serving(gateway: Gateway) -> Iterator[Gateway]:
    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if self.raw_requestline and self.parse_request():
                length = int(self.headers.get("content-length") or 0)
                gateway.asked = {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "body": self.rfile.read(length).decode(),
                }
                self.send_response(gateway.status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(gateway.body)))
                self.end_headers()
                self.wfile.write(gateway.body)
            self.close_connection = True

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    gateway.pattern = f"http://127.0.0.1:{server.server_port}/at/{{id}}"
    try:
        yield gateway
    finally:
        server.shutdown()
        server.server_close()


def test_answer_as_expected(gateway: Gateway) -> None:
    """A request arrives as the file has it, and its answer is compared."""
    outcome = gateway.ask(
        {"status": [200], "includes": {"id": 1}},
        method="POST",
        headers={"content-type": "application/json", "x-tenant": "a"},
        body='{"b": 2}',
    )

    assert (outcome.status, outcome.error) == (Verdict.PASS, "")
    assert outcome.evidence["status"] == 200
    assert (gateway.asked["method"], gateway.asked["path"]) == ("POST", "/at/rest123/Prod/orders?a=1")
    assert (gateway.asked["body"], gateway.asked["headers"]["x-tenant"]) == ('{"b": 2}', "a")
    assert "-H 'x-tenant: a' --data-raw '{\"b\": 2}' http" in outcome.reproduce.replace("'http", "http")


def test_other_answer(gateway: Gateway) -> None:
    """Every difference is told, with what was answered."""
    gateway.status, gateway.body = 404, b'{"id": 2}'

    outcome = gateway.ask({"status": [200, 201], "includes": {"id": 1}})

    assert outcome.status is Verdict.FAIL
    assert outcome.error == "the status is 404, not 200 or 201; $.id is 2, not 1"
    assert outcome.evidence["body"] == '{"id": 2}'


def test_nothing_expected(gateway: Gateway) -> None:
    """Without an expectation any 2xx will do, and nothing else."""
    assert gateway.ask({}).status is Verdict.PASS

    gateway.status = 302
    assert gateway.ask({}).error == "the status is 302, not 2xx"


@pytest.mark.parametrize(
    ("method", "status", "later"), [("GET", 500, True), ("POST", 500, False), ("GET", 418, False)]
)
def test_not_ready(gateway: Gateway, method: str, status: int, later: bool) -> None:
    """What a new API says is looked at again, unless the request writes."""
    gateway.status = status

    assert gateway.ask({}, method=method).may_pass_later == later


def test_long_answer(gateway: Gateway) -> None:
    """Of a long answer the beginning is read: its text can be expected, its JSON cannot be compared."""
    gateway.body = json.dumps({"id": 1, "more": "x" * 20_000}).encode()

    assert gateway.ask({"contains": ['"id": 1']}).status is Verdict.PASS
    assert gateway.ask({"includes": {"id": 1}}).status is Verdict.SKIP


@pytest.mark.parametrize(("method", "later"), [("GET", True), ("POST", False)])
def test_no_answer(gateway: Gateway, method: str, later: bool) -> None:
    """Where nobody answers, that is the failure; a name that is seconds old may lead somewhere later."""
    gateway.pattern = "http://127.0.0.1:1/{id}"

    outcome = gateway.ask({"status": [200]}, method=method)

    assert (outcome.status, outcome.may_pass_later) == (Verdict.FAIL, later)
    assert "no answer" in outcome.error


@pytest.mark.parametrize("error", [TooSlow("not in time"), AddressRefused("it is private")])
def test_answer_that_cannot_be_had(gateway: Gateway, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """What takes longer than a test waits, or is not called from here, may answer well."""

    def request(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr(probe, "request", request)

    assert (gateway.ask({}).status, gateway.ask({}).error) == (Verdict.SKIP, str(error))


def test_function_url(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """The id of a function's URL is Lambda's to tell; its host is not."""

    class Lambda:
        def get_function_url_config(self, FunctionName: str) -> dict[str, str]:  # noqa: N803 - boto3's name
            assert FunctionName == FUNCTION
            return {"FunctionUrl": "https://abc123.evil.example/"}

    monkeypatch.setattr(own_tests, "client", lambda _: Lambda())
    address = {"pattern": gateway.pattern, "id": "later", "function": FUNCTION, "path": "/", "query": ""}

    outcome = gateway.ask({}, address=address)

    assert outcome.status is Verdict.PASS
    assert gateway.asked["path"] == "/at/abc123/"


class Lambda:
    """Invokes nothing; answers as it is told."""

    def __init__(self, payload: str, log: str = "", error: str = "") -> None:
        self.asked: list[dict[str, Any]] = []
        body = StreamingBody(BytesIO(payload.encode()), len(payload.encode()))
        self._answer = {"StatusCode": 200, "Payload": body, "LogResult": base64.b64encode(log.encode()).decode()}
        self._answer |= {"FunctionError": error} if error else {}

    def invoke(self, **asked: Any) -> dict[str, Any]:
        self.asked.append(asked)
        return self._answer


class Configured:
    def get_function_configuration(self, **_: Any) -> dict[str, Any]:
        return {"Timeout": 900}


def invoked(monkeypatch: pytest.MonkeyPatch, expected: dict[str, Any], invoker: Any) -> Outcome:
    monkeypatch.setattr(own_tests, "client", lambda _: Configured())
    monkeypatch.setattr(own_tests, "client_that_waits", lambda _: invoker)
    return is_invoked({"function": FUNCTION, "payload": '{"a": "b c"}', "expected": expected})


def test_result_as_expected(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function is invoked once, with its payload, and its result is compared."""
    function = Lambda('{"total": 3, "more": 1}')

    outcome = invoked(monkeypatch, {"includes": {"total": 3}}, function)

    assert outcome.status is Verdict.PASS
    assert function.asked == [{"FunctionName": FUNCTION, "Payload": b'{"a": "b c"}', "LogType": "Tail"}]
    assert outcome.reproduce == (
        "aws lambda invoke --function-name shop-total-1 --cli-binary-format raw-in-base64-out "
        """--payload '{"a": "b c"}' /dev/stdout"""
    )


def test_other_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """What differs is told."""
    outcome = invoked(monkeypatch, {"equals": {"total": 3}}, Lambda('{"total": 4}'))

    assert (outcome.status, outcome.error) == (Verdict.FAIL, "$.total is 4, not 3")


RAISED = json.dumps({"errorType": "ValueError", "errorMessage": "no total", "stackTrace": []})


@pytest.mark.parametrize(
    ("expected", "status", "said"),
    [
        ({"error": "ValueError"}, Verdict.PASS, ""),
        ({"error": "ValueError", "includes": {"errorMessage": "no total"}}, Verdict.PASS, ""),
        ({"error": "ValueError", "contains": ["other"]}, Verdict.FAIL, 'it does not contain "other"'),
        ({"error": "KeyError"}, Verdict.FAIL, "it raised ValueError, not KeyError"),
        ({}, Verdict.FAIL, f"it raised ValueError: {RAISED}"),
    ],
)
def test_raised(monkeypatch: pytest.MonkeyPatch, expected: dict[str, Any], status: Verdict, said: str) -> None:
    """An error is a failure unless it is the one that was expected."""
    outcome = invoked(monkeypatch, expected, Lambda(RAISED, log="START\nno total\n", error="Unhandled"))

    assert (outcome.status, outcome.error) == (status, said)
    assert outcome.evidence["log"] == ["START", "no total"]


def test_raised_on_the_embedded_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the platform does not tell the error's name, it is read from the log."""
    frame = '  File "/t/app.py", line 2, in handler\n    raise\n'
    log = f"Traceback (most recent call last):\n{frame}ValueError: no total"
    payload = json.dumps({"errorType": "Runtime.HandlerError", "errorMessage": "no total"})

    outcome = invoked(monkeypatch, {"error": "ValueError"}, Lambda(payload, log, error="Unhandled"))

    assert (outcome.status, outcome.error) == (Verdict.PASS, "")


def test_error_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function that returns where it should raise is wrong."""
    outcome = invoked(monkeypatch, {"error": "ValueError"}, Lambda("null"))

    assert outcome.error == "it returned, and did not raise ValueError"


def test_function_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function without an answer may still be at work: it is not invoked again, and has not failed."""

    class Hanging:
        def invoke(self, **_: Any) -> Any:
            raise ReadTimeoutError(endpoint_url="https://lambda.example")

    outcome = invoked(monkeypatch, {}, Hanging())

    assert (outcome.status, outcome.may_pass_later) == (Verdict.SKIP, False)
    assert "within 885 seconds" in outcome.error


def test_function_that_lambda_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is judged as in every other test: what is not ready yet is waited for."""

    class Refusing:
        def invoke(self, **_: Any) -> Any:
            raise ClientError({"Error": {"Code": "ENINotReadyException", "Message": "wait"}}, "Invoke")

    outcome = invoked(monkeypatch, {}, Refusing())

    assert (outcome.status, outcome.may_pass_later) == (Verdict.SKIP, True)


@pytest.mark.usefixtures("aws")
def test_function_that_is_gone() -> None:
    """What AWS refuses is the runner's to judge."""
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        is_invoked({"function": FUNCTION, "payload": "{}", "expected": {}})


@pytest.mark.parametrize("payload", ["[" * 50_000, "", "\x00", "é" * 10_000])
def test_hostile_result(monkeypatch: pytest.MonkeyPatch, payload: str) -> None:
    """Whatever a function returns is compared as text."""
    outcome = invoked(monkeypatch, {"includes": {"a": 1}}, Lambda(payload))

    assert outcome.status is Verdict.FAIL
