"""Each state may die after each thing that it did, and is run again: that leaves what an undisturbed run leaves.

A whole session goes through its functions, from the request to the removal of its stack, in moto. A crash before a
call leaves what one after the call before it leaves, and reading changes nothing: so it is swept over what writes.
"""

from __future__ import annotations

import json
import re
from contextlib import ExitStack
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import pytest
from local.git_server import GitServer
from moto import mock_aws
from tests.repositories import BareRepository
from tests.session_table import CALLER, NOW_MS, TABLE, create_table
from tests.unit import application

import check_change_set
import check_stack
import collect_resources
import create_change_set
import delete_stack
import detect_project
import discard_change_set
import empty_buckets
import execute_change_set
import publish_package
import record_failure
import record_removal
import record_success
import stop_stack
import validate_request
from deployer.api.deploy_body import DeployBody
from deployer.aws.artifacts import Artifacts, source_key
from deployer.aws.clients import client
from deployer.aws.sessions import Sessions
from deployer.instants import iso8601
from deployer.packaging.archive import Entry, write_zip
from deployer.session import SessionKind, new_head, new_session_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BUCKET: Final = "artifacts"
SESSION: Final = new_session_id(NOW_MS)
MACHINE: Final = "arn:aws:states:us-east-1:123456789012:stateMachine:RemoveStack"
REQUEST: Final = DeployBody.model_validate({"repository": "octo/hello"}).request()
TEMPLATE: Final = """\
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Files: {Type: AWS::S3::Bucket}
  Shared: {Type: AWS::Lambda::LayerVersion, Properties: {Content: shared}}
Outputs:
  QueueUrl: {Value: !Ref Queue}
"""
CLONING: Final = {
    "CLONE_TASK": "clone",
    "PRIVATE_CLONE_TASK": "private-clone",
    "PRIVATE_REPOSITORIES": "",
    "GIT_TOKEN_SECRET_ARN": "",
}
SETTINGS: Final = {
    "TABLE_NAME": TABLE,
    "BUCKET_NAME": BUCKET,
    "SESSION_LOG_DAYS": "90",
    "STACK_TIMEOUT_MINUTES": "60",
    "BUILD_TIMEOUT_SECONDS": "900",
    "CLONE_TIMEOUT_SECONDS": "300",
    "MAX_RUNNING_SESSIONS": "5",
    "MAX_SESSIONS_PER_DAY": "100",
    "WORKER_ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
    "CLONE_IMAGE": "clone:1",
    "BUILD_IMAGE": "build:1",
    "CLOUDFORMATION_ROLE_ARN": "arn:aws:iam::123456789012:role/service",
    "OWN_API_ID": "a1b2c3d4e5",
    "PERMISSIONS_BOUNDARY_ARN": "arn:aws:iam::123456789012:policy/deployer/deployed/Boundary",
    "ALLOWED_PRINCIPALS": "",
    "ALLOWED_REFERENCE_PREFIXES": "",
    "ALLOWED_RESOURCE_TYPES": "",
}
READS: Final = re.compile(r"Describe|Get|Head|List|Query|AssumeRole")
UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Service Authorization Reference: calls that need another right than the one of their name.
ACTIONS: Final[dict[tuple[str, str], set[str]]] = {
    ("dynamodb", "TransactWriteItems"): {"dynamodb:PutItem", "dynamodb:UpdateItem"},
    ("s3", "HeadObject"): {"s3:GetObject"},
    ("s3", "ListObjectVersions"): {"s3:ListBucketVersions"},
    ("s3", "DeleteObjects"): {"s3:DeleteObject", "s3:DeleteObjectVersion"},
}
# Times of writing, and what is signed anew.
CHANGING: Final = frozenset({"updatedAt", "durationMs", "expiresAt", "planUrl"})


class Crash(BaseException):
    """The function is gone."""


class Clock:
    """A Lambda context with time left."""

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


class World:
    """One session in an AWS account of its own; `data` is what its state machine holds."""

    def __init__(self, folder: Path) -> None:
        client.cache_clear()
        create_table()
        client("s3").create_bucket(Bucket=BUCKET)
        client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
        self.folder = folder
        self.artifacts = Artifacts(BUCKET)
        self.sessions = Sessions(TABLE, 90)
        self.data: dict[str, Any] = {"request": REQUEST}
        self.calls: set[tuple[str, str]] = set()
        self._crash_after: int | None = None
        self._writes = 0
        self._discarded: set[str] = set()
        self.sessions.create(new_head(SESSION, SessionKind.DEPLOYMENT, CALLER, REQUEST, f"{MACHINE}:x"))

    def run(self, step: str, *, crash_after: int | None = None) -> int:
        """Runs one step; how much it wrote. Raises Crash after so many writes."""
        self._crash_after, self._writes, self.calls = crash_after, 0, set()
        self._at = iso8601(NOW_MS + 1000 * list(STEPS).index(step))
        for service in ("cloudformation", "dynamodb", "s3", "sts"):
            client(service).meta.events.register(f"after-call.{service}.*", self._called, unique_id="crash")
        events = client("cloudformation").meta.events
        events.register("before-call.cloudformation.DeleteChangeSet", self._not_found, unique_id="gone")
        STEPS[step](self)
        return self._writes

    def given(self, *names: str, **more: Any) -> Any:
        """What a state is given: the fields of state data by those names, and more."""
        return {"sessionId": SESSION, "enteredAt": self._at, **{name: self.data[name] for name in names}, **more}

    def left(self) -> dict[str, Any]:
        """Everything that is in the account."""
        items = client("dynamodb").scan(TableName=TABLE)["Items"]
        stacks = client("cloudformation").describe_stacks()["Stacks"]
        left = {
            "items": sorted(json.dumps(_steady(item), sort_keys=True) for item in items),
            "objects": sorted(self._objects()),
            "stacks": [(stack["StackName"], stack["StackStatus"], self._change_sets(stack)) for stack in stacks],
            "data": {name: _steady(value) for name, value in self.data.items() if isinstance(value, dict)},
        }
        return dict(json.loads(UUID.sub("uuid", json.dumps(left, default=str))))

    def _objects(self) -> Iterator[str]:
        for bucket in (each["Name"] for each in client("s3").list_buckets()["Buckets"]):
            answer = client("s3").list_object_versions(Bucket=bucket)
            # A plan is signed, and a retry writes it again: it is one object all the same.
            yield from {version["Key"] for version in answer.get("Versions", [])}

    def _change_sets(self, stack: dict[str, Any]) -> list[str]:
        found = client("cloudformation").list_change_sets(StackName=stack["StackId"])["Summaries"]
        return [change_set["ChangeSetName"] for change_set in found]

    def _not_found(self, params: dict[str, Any], **_: Any) -> Any:
        """CloudFormation's answer for a change set that is gone, at which moto stumbles."""
        change_set_id = params["body"]["ChangeSetName"]
        if change_set_id not in self._discarded:
            self._discarded.add(change_set_id)
            return None
        error = {"Code": "ChangeSetNotFound", "Message": f"ChangeSet [{change_set_id}] does not exist"}
        return SimpleNamespace(status_code=404), {"Error": error}

    def _called(self, model: Any, **_: Any) -> None:
        self.calls.add((model.service_model.service_name, model.name))
        if not READS.match(model.name):
            self._writes += 1
            if self._writes == self._crash_after:
                raise Crash


def _steady(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in CHANGING}


def _validate(world: World) -> None:
    world.data["source"] = validate_request.handler(world.given("request"), None)


def _clone(world: World) -> None:
    """What the container leaves."""
    files = {"template.yaml": TEMPLATE, "shared/tool.py": "pass"}
    texts = {"template.yaml": TEMPLATE}
    manifest = {"commit": "0" * 40, "files": dict.fromkeys(files, "100644"), "texts": texts}
    write_zip(world.folder / "source.zip", [Entry.of_bytes(name, text.encode()) for name, text in files.items()])
    for name, body in (
        ("manifest.json", json.dumps(manifest | {"oversized": [], "findings": []}).encode()),
        ("report.json", json.dumps({"error": None, "logTail": []}).encode()),
        ("source.zip", (world.folder / "source.zip").read_bytes()),
    ):
        world.artifacts.put(source_key(SESSION, name), body)


def _detect(world: World) -> None:
    world.data["project"] = detect_project.handler(world.given("request", "source"), None)


def _publish(world: World) -> None:
    world.data["package"] = publish_package.handler(world.given("request", "source", "project"), None)


def _create_change_set(world: World) -> None:
    world.data["changeSet"] = create_change_set.handler(world.given("request", "source", "package"), None)


def _check_change_set(world: World) -> None:
    world.data["changeSet"] = check_change_set.handler(world.given("changeSet"), None)


def _discard(world: World) -> None:
    discard_change_set.handler(world.given("changeSet"), None)


def _execute(world: World) -> None:
    world.data["stack"] = execute_change_set.handler(world.given("request", "changeSet"), None)


def _check_stack(world: World) -> None:
    world.data["stack"] = check_stack.handler(world.given("stack"), None)
    assert world.data["stack"]["isSettled"]


def _collect(world: World) -> None:
    collect_resources.handler(world.given("changeSet", "package"), None)


def _succeed(world: World) -> None:
    record_success.handler(world.given(mode="deploy"), None)


def _stop(world: World) -> None:
    world.data["stack"] = stop_stack.handler(world.given(stack=world.data["stack"]), None)


def _fail(world: World) -> None:
    record_failure.handler(world.given(error={"Error": "StackFailed", "Cause": "Queue: no"}), None)


def _remove(world: World) -> None:
    """What the API does."""
    world.data["stackId"] = world.sessions.start_removal(SESSION, MACHINE)["stackId"]
    resources = client("cloudformation").list_stack_resources(StackName=world.data["stackId"])
    [bucket] = [
        each["PhysicalResourceId"]
        for each in resources["StackResourceSummaries"]
        if each["ResourceType"] == "AWS::S3::Bucket"
    ]
    client("s3").put_object(Bucket=bucket, Key="object", Body=b"x")


def _empty(world: World) -> None:
    assert empty_buckets.handler(world.given("stackId"), Clock())["areEmpty"]


def _delete(world: World) -> None:
    world.data["stack"] = delete_stack.handler(world.given("stackId"), None)


def _removed(world: World) -> None:
    record_removal.handler(world.given(), None)


STEPS: Final[dict[str, Callable[[World], None]]] = {
    "ValidateRequest": _validate,
    "clone": _clone,
    "DetectProject": _detect,
    "PublishPackage": _publish,
    "CreateChangeSet": _create_change_set,
    "CheckChangeSet": _check_change_set,
    "DiscardChangeSet": _discard,
    "ExecuteChangeSet": _execute,
    "StopStack": _stop,
    "CheckStack": _check_stack,
    "CollectResources": _collect,
    "RecordFailure": _fail,
    "RecordSuccess": _succeed,
    "remove": _remove,
    "EmptyBuckets": _empty,
    "DeleteStack": _delete,
    "followed": _check_stack,
    "RecordRemoval": _removed,
}
# What comes before a state, where it is not all that stands before it above.
ASIDE: Final = {"DiscardChangeSet", "StopStack", "RecordFailure"}
OURS: Final = [step for step in STEPS if step[0].isupper()]


def before(step: str) -> list[str]:
    """The steps on the way to that one."""
    steps = list(STEPS)
    return [each for each in steps[: steps.index(step)] if each not in ASIDE]


@pytest.fixture(scope="module")
def git_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Git host with octo/hello."""
    folder = tmp_path_factory.mktemp("git")
    BareRepository.create(folder, "octo/hello").commit({"template.yaml": TEMPLATE})
    with GitServer(folder) as server:
        yield server.url


@pytest.fixture
def arrive(git_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], World]]:
    """Makes a new world, in which everything before that step has happened."""
    keys = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing"}
    for name, value in {**SETTINGS, **keys, **CLONING, "GIT_URL": git_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    accounts = ExitStack()

    def make(step: str) -> World:
        accounts.close()
        accounts.enter_context(mock_aws())
        world = World(tmp_path)
        for each in before(step):
            world.run(each)
        return world

    yield make
    accounts.close()
    client.cache_clear()


@pytest.mark.parametrize("step", OURS)
def test_rights_of_a_state(arrive: Callable[[str], World], step: str) -> None:
    """Its function's role allows every call that it makes."""
    world = arrive(step)
    world.run(step)

    needed = {action for call in world.calls for action in ACTIONS.get(call, {f"{call[0]}:{call[1]}"})}
    allowed = {
        action
        for holder, statement in application.statements()
        if holder in {f"{step}FunctionRole", "SessionPolicy"} and statement["Effect"] == "Allow"
        for action in application.listed(statement["Action"])
    }
    assert needed
    assert needed <= allowed


@pytest.mark.parametrize("step", OURS)
def test_crash_of_a_state(arrive: Callable[[str], World], step: str) -> None:
    """After each write the function is gone, and runs again: nothing is doubled, and nothing is lost."""
    undisturbed = arrive(step)
    writes = undisturbed.run(step)

    for point in range(1, writes + 1):
        world = arrive(step)
        with pytest.raises(Crash):
            world.run(step, crash_after=point)
        world.run(step)

        assert world.left() == undisturbed.left(), f"after write {point} of {writes}"
