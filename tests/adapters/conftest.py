"""What the adapters' tests share: moto's AWS, empty for each test."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from local.git_server import GitServer
from moto import mock_aws
from tests.api_caller import SETTINGS
from tests.build_task import Machine
from tests.clone_task import Host
from tests.cloudformation import CannedCloudFormation
from tests.presigned import PresignedBucket
from tests.repositories import BareRepository
from tests.session_table import NOW_MS, TABLE, a_head, create_table
from tests.stack_session import STACK_SETTINGS, Session

from deployer.aws.artifacts import Artifacts
from deployer.aws.clients import client
from deployer.aws.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BUCKET = "artifacts"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An AWS account in this process, with nothing in it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    client.cache_clear()
    with mock_aws():
        yield
    client.cache_clear()


@pytest.fixture
def artifacts(aws: None) -> Artifacts:
    """The artifact bucket, versioned as ours is."""
    client("s3").create_bucket(Bucket=BUCKET)
    client("s3").put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    return Artifacts(BUCKET)


@pytest.fixture
def cloudformation(aws: None) -> CannedCloudFormation:
    """CloudFormation as the test says it answers."""
    return CannedCloudFormation()


@pytest.fixture
def session(aws: None, monkeypatch: pytest.MonkeyPatch) -> Session:
    """One deployment in the session table, and the settings with which a function finds it."""
    for name, value in STACK_SETTINGS.items():
        monkeypatch.setenv(name, value)
    create_table()
    head = a_head()
    sessions = Sessions(TABLE, log_days=90)
    sessions.create(head)
    return Session(head["sessionId"], sessions)


@pytest.fixture
def sessions(aws: None) -> Sessions:
    """The session table, empty, a second after NOW_MS."""
    create_table()
    return Sessions(TABLE, 90, lambda: NOW_MS + 1000)


@pytest.fixture
def application(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """Settings, session table and the state machines, whose executions run for as long as the test does."""
    waits = json.dumps({"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}})
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for machine in ("Deploy", "SanityTest", "RemoveStack"):
        role = "arn:aws:iam::123456789012:role/machine"
        client("stepfunctions").create_state_machine(name=machine, definition=waits, roleArn=role)
    return sessions


@pytest.fixture
def bare(tmp_path: Path) -> BareRepository:
    return BareRepository.create(tmp_path / "mirror", "owner/name")


@pytest.fixture
def host(tmp_path: Path, bare: BareRepository) -> Iterator[Host]:
    (tmp_path / "temporary").mkdir()
    with GitServer(tmp_path / "mirror") as server, PresignedBucket() as bucket:
        yield Host(bare, bucket, server.url, tmp_path / "temporary")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Where the build image's entry point runs."""
    with PresignedBucket() as bucket:
        yield Machine(bucket, tmp_path)
