"""EmptyBuckets: what the stack's own buckets hold is removed, and nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import empty_buckets
from deployer.aws.buckets import Buckets
from deployer.aws.clients import client
from deployer.errors import StackNotOurs

if TYPE_CHECKING:
    from tests.stack_session import Session

TEMPLATE = {
    "Resources": {
        "Going": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "going"}},
        "Kept": {
            "Type": "AWS::S3::Bucket",
            "DeletionPolicy": "Retain",
            "Properties": {"BucketName": "kept"},
        },
    }
}


class Clock:
    """A Lambda context with that much time left."""

    def __init__(self, milliseconds: int = 300_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


def a_stack(*, is_ours: bool = True) -> str:
    """The id of a stack with both buckets, each with an object."""
    tags = [{"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}] if is_ours else []
    made = client("cloudformation").create_stack(StackName="shop", TemplateBody=json.dumps(TEMPLATE), Tags=tags)
    for bucket in ("going", "kept"):
        client("s3").put_object(Bucket=bucket, Key="object", Body=b"x")
    return str(made["StackId"])


def size(bucket: str) -> int:
    """How many versions and delete markers it holds."""
    answer = client("s3").list_object_versions(Bucket=bucket)
    return len(answer.get("Versions", [])) + len(answer.get("DeleteMarkers", []))


def test_buckets_of_the_stack(session: Session) -> None:
    """The one that goes is emptied, the one that its DeletionPolicy keeps is not."""
    answer = empty_buckets.handler(session.event(stackId=a_stack()), Clock())

    assert answer["areEmpty"]
    assert (size("going"), size("kept")) == (0, 1)
    assert session.messages == ["emptying bucket going (Going)"]


def test_out_of_time(session: Session) -> None:
    """What is left is for another call."""
    answer = empty_buckets.handler(session.event(stackId=a_stack()), Clock(milliseconds=50_000))

    assert not answer["areEmpty"]
    assert size("going") == 1


def test_stack_of_somebody_else(session: Session) -> None:
    """Nothing of it is touched."""
    stack_id = a_stack(is_ours=False)

    with pytest.raises(StackNotOurs):
        empty_buckets.handler(session.event(stackId=stack_id), Clock())

    assert size("going") == 1


def test_stack_that_is_gone(session: Session) -> None:
    """There is nothing to empty."""
    missing = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/none"

    assert empty_buckets.handler(session.event(stackId=missing), Clock())["areEmpty"]


def test_versions_and_delete_markers(aws: None) -> None:
    """A versioned bucket is empty only when those are gone too."""
    s3 = client("s3")
    s3.create_bucket(Bucket="versioned")
    s3.put_bucket_versioning(Bucket="versioned", VersioningConfiguration={"Status": "Enabled"})
    for body in (b"1", b"2"):
        s3.put_object(Bucket="versioned", Key="object", Body=body)
    s3.delete_object(Bucket="versioned", Key="object")

    is_empty = Buckets(has_time=lambda: True).empty("versioned")

    assert is_empty
    assert size("versioned") == 0


def test_bucket_that_is_gone(aws: None) -> None:
    """It holds nothing."""
    assert Buckets(has_time=lambda: True).empty("missing")
