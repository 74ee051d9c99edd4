"""What the adapters' tests share: moto's AWS, empty for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from deployer.aws.artifacts import Artifacts
from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Iterator

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
