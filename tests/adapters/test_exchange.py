"""What a container gets and leaves by presigned addresses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from tests.presigned import PresignedBucket

from deployer import exchange as exchange_module
from deployer.errors import ArtifactInvalid, ArtifactMissing, InternalError
from deployer.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[PresignedBucket]:
    monkeypatch.setattr(exchange_module, "_PAUSES_SECONDS", (0.0, 0.0, 0.0))
    with PresignedBucket() as bucket:
        yield bucket


def test_a_plan(bucket: PresignedBucket) -> None:
    """The one address opens the plan, and the plan says where to leave what was made."""
    bucket.objects["plan"] = json.dumps({"commit": "c", "upload": bucket.upload("s/1/source/")}).encode()

    plan, exchange = Exchange.open(f"{bucket.url}/plan")
    exchange.leave("report.json", b"{}")

    assert plan["commit"] == "c"
    assert bucket.objects["s/1/source/report.json"] == b"{}"


def test_a_plan_that_is_gone(bucket: PresignedBucket) -> None:
    """The error names no address: it is a secret."""
    with pytest.raises(ArtifactMissing, match=r"^the plan is not there any more$"):
        Exchange.open(f"{bucket.url}/plan?X-Amz-Signature=secret")


def test_a_file(bucket: PresignedBucket, tmp_path: Path) -> None:
    """A file comes back as it was left."""
    (tmp_path / "out").write_bytes(bytes(range(256)) * 9000)
    exchange = Exchange(bucket.upload("p/"))

    exchange.leave("out", tmp_path / "out")
    exchange.fetch(f"{bucket.url}/p/out", tmp_path / "in", 1 << 22)

    assert (tmp_path / "in").read_bytes() == (tmp_path / "out").read_bytes()


def test_a_file_that_is_too_large(bucket: PresignedBucket, tmp_path: Path) -> None:
    """No more is taken than was allowed, either way."""
    bucket.objects["big"] = b"x" * 1000
    bucket.max_bytes = 10
    exchange = Exchange(bucket.upload("p/"))

    with pytest.raises(ArtifactInvalid, match="big is larger than 999 bytes"):
        exchange.fetch(f"{bucket.url}/big", tmp_path / "big", 999)
    with pytest.raises(ArtifactInvalid, match=r"source\.zip is larger than the plan allows"):
        exchange.leave("source.zip", b"x" * 11)


@pytest.mark.parametrize("status", [500, 503])
def test_a_bucket_that_stumbles(bucket: PresignedBucket, tmp_path: Path, status: int) -> None:
    """What fails on S3's side is repeated, and is whole in the end."""
    (tmp_path / "out").write_bytes(b"x" * 100_000)
    bucket.refusals = [status, status]

    Exchange(bucket.upload("p/")).leave("out", tmp_path / "out")

    assert len(bucket.objects["p/out"]) == 100_000


def test_a_bucket_that_is_down(bucket: PresignedBucket) -> None:
    """It is not repeated for ever."""
    bucket.refusals = [503] * 9

    with pytest.raises(InternalError, match=r"^report\.json could not be exchanged: HTTPError$"):
        Exchange(bucket.upload("p/")).leave("report.json", b"{}")


def test_an_address_that_has_expired(bucket: PresignedBucket) -> None:
    """A refusal is told as one."""
    bucket.refusals = [403]

    with pytest.raises(InternalError, match=r"refused report\.json with 403"):
        Exchange(bucket.upload("p/")).leave("report.json", b"{}")
