"""Every function runs with the rights of its own role: the platform enforces IAM, and keeps what it is asked."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from local.application import STACK_NAME
from local.platform import RIGHTS
from tests.unit.application import FUNCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client, Session
    from local.laptop import Laptop

# These need a stack that is out of time, or an execution that ended unseen: tests/adapters has them.
_NOT_RUN: Final = {"StopStack", "ExecutionEnded"}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that IAM was asked about a function of ours."""

    function: str
    action: str
    resource: str
    is_allowed: bool


@pytest.fixture(scope="module")
def sessions(client: Client) -> list[Session]:
    """A plan, a deployment with its tests, tests of their own, a failure and a removal."""
    plan = client.settle(client.deploy("examples/python-lambda", mode="plan")["sessionId"])
    missing = client.settle(client.deploy("examples/missing")["sessionId"])
    deployed = client.settle(client.deploy("examples/cloudformation-bucket", runTests=True)["sessionId"])
    stack = deployed["deployedResources"]["stackName"]
    tested = client.settle(client.test(stackName=stack)["sessionId"], is_test=True)
    client.remove(deployed["sessionId"])
    return [plan, missing, deployed, tested, client.settle(deployed["sessionId"])]


def asked(running: Laptop) -> list[Asked]:
    """What our functions' roles were used for until now."""
    lines = (running.platform.folder / RIGHTS).read_text().splitlines()
    every = [(each["who"].rpartition(f"/{STACK_NAME}-")[2], each) for each in map(json.loads, lines)]
    return [
        Asked(function, each["action"], each["resource"], each["isAllowed"])
        for function, each in every
        if f"{function}Function" in FUNCTIONS
    ]


def test_each_function_with_its_own_role(running: Laptop, sessions: list[Session]) -> None:
    """All of them ran, and what they asked for was never refused."""
    assert [each["status"] for each in sessions] == ["success", "failed", "success", "success", "deleted"]

    every = asked(running)

    assert {each.function for each in every} >= {name.removesuffix("Function") for name in FUNCTIONS} - _NOT_RUN
    assert [each for each in every if not each.is_allowed] == []


@contextmanager
def without(running: Laptop, function: str, action: str) -> Iterator[None]:
    """The function's role has lost that action."""
    iam = running.platform.client("iam")
    configuration = running.platform.client("lambda").get_function_configuration(
        FunctionName=f"{STACK_NAME}-{function}"
    )
    role = configuration["Role"].rpartition("/")[2]
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    before = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(_less(before, action)))
    yield
    iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(before))


def _less(document: dict[str, Any], action: str) -> dict[str, Any]:
    kept = []
    for statement in document["Statement"]:
        given = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        if rest := [each for each in given if each != action]:
            kept.append({**statement, "Action": rest})
    return {**document, "Statement": kept}


@pytest.mark.parametrize(
    ("function", "action"),
    [
        ("DetectProject", "s3:PutObject"),
        ("CreateChangeSet", "cloudformation:CreateChangeSet"),
        ("DiscardChangeSet", "cloudformation:DeleteChangeSet"),
    ],
)
def test_action_taken_away(client: Client, running: Laptop, function: str, action: str) -> None:
    """A function that lacks one action of its role fails: IAM is truly asked."""
    with without(running, function, action):
        session = client.settle(client.deploy("examples/python-lambda", mode="plan")["sessionId"])

    assert session["status"] == "failed"
    assert "AccessDenied" in session["error"]["message"]
