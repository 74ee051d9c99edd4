"""`POST /webhooks/github`: what GitHub signed starts one deployment; whatever else comes starts none."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.api_caller import MACHINES, Answer, answer_of, call

from deployer.aws import secrets
from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.aws.sessions import Sessions

SECRET = "correct-horse-battery-staple"
COMMIT = "a" * 40
PUSH: dict[str, Any] = {
    "ref": "refs/heads/main",
    "after": COMMIT,
    "repository": {"full_name": "octo/hello"},
    "pusher": {"name": "zoë"},
}
DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958"


@pytest.fixture
def secret_arn(application: Sessions, monkeypatch: pytest.MonkeyPatch) -> str:
    """A webhook for two folders of one branch, whose sessions are caller-1's."""
    arn = str(client("secretsmanager").create_secret(Name="webhook", SecretString=SECRET)["ARN"])
    secrets._text.cache_clear()
    settings = {
        "WEBHOOK_SECRET_ARN": arn,
        "WEBHOOK_BRANCHES": "octo/hello@main=hello,octo/hello/api@main=hello-api,octo/hello@next=next",
        "WEBHOOK_CALLER": "caller-1",
        "WEBHOOK_RUN_TESTS": "true",
        "OWN_STACK_ID": "arn:aws:cloudformation:us-east-1:123456789012:stack/deployer/1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return arn


def signed(body: str, secret: str = SECRET) -> str:
    return f"sha256={hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()}"


def deliver(payload: Any = PUSH, *, event: str = "push", delivery: str = DELIVERY, **headers: str) -> Answer:
    body = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
    given = {"X_Hub_Signature_256": signed(body), "X_GitHub_Event": event, "X_GitHub_Delivery": delivery}
    return call("POST", "/webhooks/github", body, key="", **given | headers)


def started() -> list[Any]:
    """What the executions were given."""
    sfn = client("stepfunctions")
    found = sfn.list_executions(stateMachineArn=f"{MACHINES}Deploy")["executions"]
    inputs = [json.loads(sfn.describe_execution(executionArn=each["executionArn"])["input"]) for each in found]
    return sorted((each["request"] for each in inputs), key=lambda request: str(request["stackName"]))


@pytest.mark.usefixtures("secret_arn")
def test_push_to_a_configured_branch() -> None:
    """Each of the branch's stacks gets that head, in a session that WebhookCaller finds."""
    answer = deliver()

    assert answer.status == 202
    asked = [(each["stackName"], each["projectRoot"], each["commit"], each["runTests"]) for each in started()]
    assert asked == [("hello", "", COMMIT, True), ("hello-api", "api", COMMIT, True)]
    for session in answer.body["sessions"]:
        path = f"/status/{session['sessionId']}"
        assert call("GET", path, key="caller-1").status == 200
        assert call("GET", path, key="caller-2").status == 404


@pytest.mark.usefixtures("secret_arn")
def test_delivery_that_comes_again() -> None:
    """GitHub's button "Redeliver" gets the same answer, and starts nothing."""
    first, again = deliver(), deliver()

    assert again.status == 202
    assert again.body == first.body
    assert len(started()) == 2


@pytest.mark.usefixtures("secret_arn")
def test_delivery_id_with_another_body() -> None:
    """An id stands for one body."""
    deliver()
    answer = deliver(PUSH | {"after": "b" * 40})

    assert (answer.status, answer.body["code"]) == (422, "IdempotencyKeyReused")
    assert {each["commit"] for each in started()} == {COMMIT}


@pytest.mark.usefixtures("secret_arn")
def test_body_that_was_overheard() -> None:
    """The signature does not cover the id: the same body under another one is refused."""
    deliver()
    answer = deliver(delivery="00000000-cc78-11e3-81ab-4c9367dc0958")

    assert (answer.status, answer.body["code"]) == (422, "IdempotencyKeyReused")
    assert len(started()) == 2


@pytest.mark.usefixtures("secret_arn")
def test_body_in_base64() -> None:
    """The signature is of the bytes that were sent, however API Gateway hands them on."""
    body = json.dumps(PUSH, ensure_ascii=False)
    event = _event(body)
    event |= {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True}

    assert answer_of(event).status == 202


@pytest.mark.usefixtures("secret_arn")
def test_ping() -> None:
    """What GitHub sends when the webhook is made says that the secret is right."""
    answer = deliver({"zen": "Keep it logically awesome."}, event="ping")

    assert answer.status == 200
    assert "signature is right" in answer.body["message"]


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        (lambda: deliver(X_Hub_Signature_256=""), 401, "DeliveryInvalid"),
        (lambda: deliver(X_Hub_Signature_256=signed(json.dumps(PUSH), "another")), 401, "DeliveryInvalid"),
        (lambda: deliver({}, event="ping", X_Hub_Signature_256="sha1=0"), 401, "DeliveryInvalid"),
        (lambda: deliver(delivery="no id"), 401, "DeliveryInvalid"),
        (lambda: deliver(event="pull_request"), 422, "EventRefused"),
        (lambda: deliver(PUSH | {"ref": "refs/tags/v1"}), 422, "EventRefused"),
        (lambda: deliver(PUSH | {"deleted": True}), 422, "EventRefused"),
        (lambda: deliver(PUSH | {"ref": "refs/heads/other"}), 422, "EventRefused"),
        (lambda: deliver(PUSH | {"repository": {"full_name": "octo/fork"}}), 422, "EventRefused"),
        (lambda: deliver("payload=%7B%7D"), 400, "RequestInvalid"),
        (lambda: deliver("[" * 100_000), 400, "RequestInvalid"),
        (lambda: deliver(""), 400, "RequestInvalid"),
        (lambda: deliver('"' + "x" * 5_000_000 + '"'), 413, "RequestTooLarge"),
    ],
)
@pytest.mark.usefixtures("secret_arn")
def test_refused_delivery(
    ask: Callable[[], Answer], status: int, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It starts nothing, says why, and is counted by its code alone."""
    answer = ask()

    assert (answer.status, answer.body["code"]) == (status, code)
    assert started() == []
    [metric] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "CloudWatchMetrics" in line]
    assert metric["RefusedDeliveries"] == [1.0]
    assert (metric["Code"], metric["StackName"]) == (code, "deployer")


@pytest.mark.usefixtures("application")
def test_no_webhook() -> None:
    """Without a secret there is no such route, whatever is sent."""
    answer = deliver()

    assert (answer.status, answer.body["code"]) == (404, "RouteNotFound")


@pytest.mark.parametrize("text", ["short", "", " " * 40])
def test_secret_that_could_be_guessed(secret_arn: str, text: str) -> None:
    """Nothing is taken where whoever tries a few could sign; the answer does not say why."""
    if text:
        client("secretsmanager").put_secret_value(SecretId=secret_arn, SecretString=text)
    else:
        client("secretsmanager").delete_secret(SecretId=secret_arn, ForceDeleteWithoutRecovery=True)
    answer = deliver(X_Hub_Signature_256=signed(json.dumps(PUSH, ensure_ascii=False), text.strip()))

    assert (answer.status, answer.body["code"]) == (500, "SettingMissing")
    assert started() == []


def test_branches_that_cannot_be_read(secret_arn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner's mistake is named, and starts nothing."""
    monkeypatch.setenv("WEBHOOK_BRANCHES", "octo/hello@main=hello,octo/hello")
    answer = deliver()

    assert (answer.status, answer.body["code"]) == (500, "SettingMissing")
    assert "'octo/hello' is not owner/name[/folder]@branch=stack-name" in answer.body["detail"]
    assert started() == []


def _event(body: str) -> dict[str, Any]:
    return {
        "path": "/webhooks/github",
        "httpMethod": "POST",
        "headers": {
            "Host": "abc",
            "X-Hub-Signature-256": signed(body),
            "X-GitHub-Event": "push",
            "X-GitHub-Delivery": DELIVERY,
        },
        "requestContext": {"requestId": "r", "stage": "v1", "path": "/v1/webhooks/github", "identity": {}},
        "body": body,
    }
