"""A private repository is deployed with the token of the owner's secret, which is found nowhere afterwards."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from local.application import STACK_NAME
from local.git_server import GitServer
from tests.e2e import canaries
from tests.repositories import BareRepository

from deployer.private import authorization

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from local.client import Client
    from local.laptop import Laptop

TOKEN = "ghp_" + "Z9y8" * 9
QUEUE = "Resources:\n  Queue: {Type: AWS::SQS::Queue}\n"


@pytest.fixture
def private(running: Laptop, tmp_path: Path) -> Iterator[BareRepository]:
    """A repository of a host that wants the token, and the application set up for it as its template does it."""
    repository = BareRepository.create(tmp_path, "secret/app")
    arn = running.platform.client("secretsmanager").create_secret(Name="token", SecretString=TOKEN)["ARN"]
    task = _private_task(running, arn)
    role = _role(running, "ValidateRequest")
    may_read = {"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [may_read]})
    iam = running.platform.client("iam")
    iam.put_role_policy(RoleName=role, PolicyName="token", PolicyDocument=policy)
    with GitServer(tmp_path, authorization=authorization(TOKEN)) as host:
        settings = {"PRIVATE_REPOSITORIES": "secret/*", "GIT_TOKEN_SECRET_ARN": arn, "PRIVATE_CLONE_TASK": task}
        before = {name: _set(running, name, {**settings, "GIT_URL": host.url}) for name in ("ValidateRequest",)}
        before["DetectProject"] = _set(running, "DetectProject", {"GIT_URL": host.url})
        yield repository
    for name, variables in before.items():
        _set(running, name, variables)
    iam.delete_role_policy(RoleName=role, PolicyName="token")
    running.platform.client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)


def _private_task(running: Laptop, arn: str) -> str:
    """The clone's task definition with the secret, as the template's second one."""
    ecs = running.platform.client("ecs")
    [clone] = [each for each in ecs.list_task_definitions()["taskDefinitionArns"] if "Clone" in each]
    found = ecs.describe_task_definition(taskDefinition=clone)["taskDefinition"]
    container = {**found["containerDefinitions"][0], "secrets": [{"name": "CLONE_TOKEN", "valueFrom": arn}]}
    made = ecs.register_task_definition(family="private-clone", containerDefinitions=[container])
    return str(made["taskDefinition"]["taskDefinitionArn"])


def _role(running: Laptop, name: str) -> str:
    functions: Any = running.platform.client("lambda")
    found = functions.get_function_configuration(FunctionName=f"{STACK_NAME}-{name}")
    return str(found["Role"]).rpartition("/")[2]


def _set(running: Laptop, name: str, variables: dict[str, str]) -> dict[str, str]:
    """The function's variables as they were."""
    functions: Any = running.platform.client("lambda")
    called = {"FunctionName": f"{STACK_NAME}-{name}"}
    before: dict[str, str] = functions.get_function_configuration(**called)["Environment"]["Variables"]
    functions.update_function_configuration(**called, Environment={"Variables": {**before, **variables}})
    return before


def test_private_repository(client: Client, running: Laptop, private: BareRepository) -> None:
    """It is cloned and deployed; neither table, state data, bucket nor log holds the token, in any form."""
    private.commit({"template.yaml": QUEUE})

    session = client.settle(client.deploy("secret/app")["sessionId"])

    assert session["status"] == "success", session["error"]
    forms = [TOKEN.encode(), authorization(TOKEN).removeprefix("Basic ").encode()]
    places = [look(running) for look in (canaries.table, canaries.histories, canaries.bucket, canaries.logs)]
    assert [place for look in places for place, body in look if any(form in body for form in forms)] == []
    client.settle(client.remove(session["sessionId"])["sessionId"])


def test_repository_that_nobody_named(client: Client, private: BareRepository) -> None:
    """What the owner did not name is not asked for with the token."""
    session = client.settle(client.deploy("other/app")["sessionId"])

    assert session["error"]["code"] == "RepositoryNotFound"
