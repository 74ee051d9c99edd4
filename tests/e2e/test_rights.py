"""Every function runs with the rights of its own role: the platform enforces IAM, and keeps what it is asked."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pytest
from boto3.dynamodb.types import TypeSerializer
from local.application import STACK_NAME
from local.platform import RIGHTS
from local.repositories import OWNER, make_bare
from tests.session_table import a_head
from tests.unit.application import FUNCTIONS

from deployer.session import head_timestamp, new_session_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client, Session
    from local.laptop import Laptop

_CHECK_STACK: Final = f"{STACK_NAME}-CheckStack"
_TIMEOUT: Final = "STACK_TIMEOUT_MINUTES"
# A custom resource that nobody answers for: its stack never settles.
_SILENT: Final = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Resources:
  Silent:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: "def handler(event, context): return 1"
  Waits: { Type: Custom::Silent, Properties: { ServiceToken: !GetAtt Silent.Arn } }
"""


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


@pytest.fixture(scope="module")
def stopped(running: Laptop, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """A deployment whose stack is out of time at the first look."""
    folder = tmp_path_factory.mktemp("silent")
    (folder / "template.yaml").write_text(_SILENT)
    make_bare(folder, running.repositories / OWNER / "silent.git")
    functions = running.platform.client("lambda")
    before = functions.get_function_configuration(FunctionName=_CHECK_STACK)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=_CHECK_STACK, Environment={"Variables": {**before, _TIMEOUT: "0"}}
    )
    session = client.settle(client.deploy(f"{OWNER}/silent")["sessionId"])
    functions.update_function_configuration(FunctionName=_CHECK_STACK, Environment={"Variables": before})
    return session


@pytest.fixture(scope="module")
def lost(running: Laptop, client: Client) -> tuple[str, dict[str, Any]]:
    """A session of an hour ago whose execution nobody finds, and what the schedule's look made of it."""
    table = running.platform.client("dynamodb")
    session_id = new_session_id((time.time_ns() // 1_000_000) - 3_600_000)
    [name] = [each for each in table.list_tables()["TableNames"] if "Session" in each]
    execution = f"arn:aws:states:us-east-1:000000000000:execution:{STACK_NAME}-Deploy:{session_id}"
    head = a_head(session_id, executionArn=execution, updatedAt="2026-01-01T00:00:00.000Z")
    item = {key: TypeSerializer().serialize(value) for key, value in head.items()}
    table.put_item(TableName=name, Item={**item, "timestamp": {"N": str(head_timestamp(session_id))}})
    event = {"detail-type": "Scheduled Event", "time": "2026-11-18T13:06:40Z"}
    answer = running.platform.client("lambda").invoke(
        FunctionName=f"{STACK_NAME}-ExecutionEnded", Payload=json.dumps(event)
    )
    return session_id, json.load(answer["Payload"])


def asked(running: Laptop) -> list[Asked]:
    """What our functions' roles were used for until now."""
    lines = (running.platform.folder / RIGHTS).read_text().splitlines()
    every = [(each["who"].rpartition(f"/{STACK_NAME}-")[2], each) for each in map(json.loads, lines)]
    return [
        Asked(function, each["action"], each["resource"], each["isAllowed"])
        for function, each in every
        if f"{function}Function" in FUNCTIONS
    ]


def test_stack_that_is_out_of_time(stopped: Session) -> None:
    """It is stopped, and gone."""
    assert (stopped["status"], stopped["error"]["code"]) == ("failed", "StackTimedOut")
    assert "was stopped and was removed" in stopped["error"]["message"]


def test_execution_that_nobody_finds(lost: tuple[str, dict[str, Any]]) -> None:
    """Its session is settled from outside."""
    session_id, answer = lost
    assert answer == {"settled": [session_id]}


def test_each_function_with_its_own_role(
    running: Laptop, sessions: list[Session], stopped: Session, lost: tuple[str, dict[str, Any]]
) -> None:
    """All of them ran, and what they asked for was never refused."""
    assert [each["status"] for each in sessions] == ["success", "failed", "success", "success", "deleted"]

    every = asked(running)

    assert {each.function for each in every} >= {name.removesuffix("Function") for name in FUNCTIONS}
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
