"""S3 buckets of deployed stacks: emptied so that CloudFormation can remove them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.errors import StackFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PAGE: Final = 1000
"""Keys in one DeleteObjects (S3 API reference)."""


class Buckets:
    """`has_time` is asked between two requests; when it says no, the rest is left for another call."""

    def __init__(self, has_time: Callable[[], bool]) -> None:
        self._has_time = has_time

    def empty(self, bucket: str) -> bool:
        """Whether the bucket holds nothing any more: no object, version or delete marker; also when it is gone.

        Raises StackFailed when S3 keeps an object back (an object lock, a bucket policy).
        """
        try:
            for keys in _pages(bucket):
                if not self._has_time():
                    return False
                _delete(bucket, keys)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise
        return True


def _pages(bucket: str) -> Iterator[list[dict[str, str]]]:
    pages = client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket, MaxKeys=_PAGE)
    for page in pages:
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if versions:
            yield [{"Key": version["Key"], "VersionId": version["VersionId"]} for version in versions]


def _delete(bucket: str, keys: list[dict[str, str]]) -> None:
    answer: Any = client("s3").delete_objects(Bucket=bucket, Delete={"Objects": keys, "Quiet": True})
    for error in answer.get("Errors", []):
        raise StackFailed(f"bucket {bucket} keeps {error.get('Key')}: {error.get('Message', error.get('Code'))}")
