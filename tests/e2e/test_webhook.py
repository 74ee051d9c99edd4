"""A push, as GitHub tells it, deploys its head to the stack that is named for its branch; the next updates it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from local.application import STACK_NAME
from tests.repositories import BareRepository

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client
    from local.laptop import Laptop

SECRET = "correct-horse-battery-staple"
QUEUE = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n"
TOPIC = f"{QUEUE}  Topic: {{Type: AWS::SNS::Topic}}\n"


@pytest.fixture
def webhook(running: Laptop) -> Iterator[str]:
    """The webhook's address, set up for the branch main of pushed/app, as the template's parameters do it."""
    secrets, functions = running.platform.client("secretsmanager"), running.platform.client("lambda")
    name = f"{STACK_NAME}-Api"
    before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    arn = secrets.create_secret(Name="webhook", SecretString=SECRET)["ARN"]
    iam, may_read = running.platform.client("iam"), {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue"}
    role = functions.get_function_configuration(FunctionName=name)["Role"].rpartition("/")[2]
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may_read | {"Resource": arn}]})
    iam.put_role_policy(RoleName=role, PolicyName="webhook", PolicyDocument=policy)
    with_webhook = before | {"WEBHOOK_SECRET_ARN": arn, "WEBHOOK_BRANCHES": "pushed/app@main=pushed-app"}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": with_webhook})
    yield f"{running.application.api_url}/webhooks/github"
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})
    iam.delete_role_policy(RoleName=role, PolicyName="webhook")
    secrets.delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def deliver(url: str, commit: str, delivery: str, secret: str = SECRET) -> requests.Response:
    payload = {"ref": "refs/heads/main", "after": commit, "repository": {"full_name": "Pushed/App"}}
    body = json.dumps(payload).encode()
    headers = {
        "X-Hub-Signature-256": f"sha256={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}",
        "X-GitHub-Event": "push",
        "X-GitHub-Delivery": delivery,
        "Content-Type": "application/json",
    }
    return requests.post(url, data=body, headers=headers, timeout=30)


def settled(client: Client, answer: requests.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    [session] = answer.json()["sessions"]
    return client.settle(session["sessionId"])


def test_two_pushes(client: Client, running: Laptop, webhook: str) -> None:
    """Without a key, by the signature alone; the sessions are the application's own key's."""
    repository = BareRepository.create(running.repositories, "pushed/app")
    first = settled(client, deliver(webhook, repository.commit({"template.yaml": QUEUE}), "delivery-1"))
    head = repository.commit({"template.yaml": TOPIC})

    second = settled(client, deliver(webhook, head, "delivery-2"))
    again = settled(client, deliver(webhook, head, "delivery-2"))

    assert (first["status"], second["status"]) == ("success", "success"), (first["error"], second["error"])
    assert second["commit"] == head
    assert again["sessionId"] == second["sessionId"]
    assert first["deployedResources"]["stackId"] == second["deployedResources"]["stackId"]
    assert {each["logicalId"] for each in second["deployedResources"]["resources"]} == {"Queue", "Topic"}
    client.settle(client.remove(second["sessionId"])["sessionId"])


def test_delivery_of_somebody_else(client: Client, webhook: str) -> None:
    """It is refused, and no session is made."""
    before = client.deployments()["deployments"]

    answer = deliver(webhook, "a" * 40, "delivery-3", "another secret, of somebody else")

    assert answer.status_code == 401
    assert answer.json()["code"] == "DeliveryInvalid"
    assert client.deployments()["deployments"] == before


def test_without_a_webhook(running: Laptop) -> None:
    """An application that was given no secret has no such route."""
    answer = deliver(f"{running.application.api_url}/webhooks/github", "a" * 40, "delivery-4")

    assert (answer.status_code, answer.json()["code"]) == (404, "RouteNotFound")
