"""The artifact bucket, against moto."""

from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from deployer.aws.clients import client
from deployer.errors import ArtifactInvalid, ArtifactMissing

if TYPE_CHECKING:
    from pathlib import Path

    from deployer.aws.artifacts import Artifacts


def test_what_was_put_is_got(artifacts: Artifacts) -> None:
    """An object comes back as it was."""
    artifacts.put("sessions/1/trusted/project.json", b"{}")

    assert artifacts.get("sessions/1/trusted/project.json", max_bytes=2) == b"{}"


def test_an_object_that_is_not_there(artifacts: Artifacts) -> None:
    """A missing object is told by its key."""
    with pytest.raises(ArtifactMissing, match=r"sessions/1/source/manifest\.json"):
        artifacts.get("sessions/1/source/manifest.json", max_bytes=10)


def test_an_object_over_the_readers_limit(artifacts: Artifacts, tmp_path: Path) -> None:
    """Nothing is read of an object that is larger than its reader allows."""
    artifacts.put("large", b"x" * 11)

    with pytest.raises(ArtifactInvalid, match="11 bytes, more than 10"):
        artifacts.get("large", max_bytes=10)
    with pytest.raises(ArtifactInvalid, match="11 bytes, more than 10"):
        artifacts.download("large", tmp_path / "large", max_bytes=10)


def test_the_same_content_is_sent_once(artifacts: Artifacts, tmp_path: Path) -> None:
    """A package's key is its content's hash; what is there already is not sent again."""
    package = tmp_path / "package.zip"
    package.write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()

    first = artifacts.publish(package, ".zip")
    again = artifacts.publish(package, ".zip")
    as_bytes = artifacts.publish_bytes(b"content", ".zip")

    assert first == (f"packages/{digest}.zip", True)
    assert again == as_bytes == (f"packages/{digest}.zip", False)
    assert len(client("s3").list_object_versions(Bucket=artifacts.bucket)["Versions"]) == 1


def test_the_same_content_is_sent_twice_at_once(artifacts: Artifacts) -> None:
    """S3's "conflict" does not say that the object is there: it is sent again until it is."""
    refusals = iter([(SimpleNamespace(status_code=409), {"Error": {"Code": "ConditionalRequestConflict"}})])
    client("s3").meta.events.register_first("before-call.s3.PutObject", lambda **_: next(refusals, None))

    key, was_sent = artifacts.publish_bytes(b"content", ".zip")

    assert was_sent
    assert artifacts.get(key, max_bytes=7) == b"content"


def test_the_address_that_cloudformation_is_given(artifacts: Artifacts) -> None:
    """It is path style, so that a bucket's name cannot change the host."""
    assert artifacts.url("packages/1.json").endswith(f"amazonaws.com/{artifacts.bucket}/packages/1.json")
