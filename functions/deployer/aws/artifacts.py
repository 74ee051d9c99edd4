"""The artifact bucket: what a session left there, and packages under their content's hash."""

from __future__ import annotations

import hashlib
import io
from typing import IO, TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.errors import ArtifactInvalid, ArtifactMissing

if TYPE_CHECKING:
    from pathlib import Path

    from deployer.settings import Settings

_CHUNK: Final = 1 << 20
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})
_ALREADY_THERE: Final = "PreconditionFailed"
_SENT_AT_ONCE: Final = "ConditionalRequestConflict"
_ATTEMPTS: Final = 4


def source_key(session_id: str, name: str) -> str:
    """What the clone left."""
    return f"sessions/{session_id}/source/{name}"


def build_key(session_id: str, name: str) -> str:
    """What the build left: hostile data, read by PublishPackage alone."""
    return f"sessions/{session_id}/build/{name}"


def trusted_key(session_id: str, name: str) -> str:
    """What only our own functions write."""
    return f"sessions/{session_id}/trusted/{name}"


def _package_key(digest: str, suffix: str) -> str:
    return f"packages/{digest}{suffix}"


class Artifacts:
    """One bucket. Objects are read whole only under a size that the reader names."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @classmethod
    def from_settings(cls, settings: Settings) -> Artifacts:
        return cls(settings.bucket_name)

    def get(self, key: str, max_bytes: int) -> bytes:
        """The object's bytes. Raises ArtifactMissing, or ArtifactInvalid when it is over `max_bytes`."""
        body = io.BytesIO()
        self._read(key, body, max_bytes)
        return body.getvalue()

    def download(self, key: str, path: Path, max_bytes: int) -> None:
        """Writes the object to `path`, a piece at a time. Raises as `get` does."""
        with path.open("wb") as file:
            self._read(key, file, max_bytes)

    def put(self, key: str, body: bytes, content_type: str = "application/json") -> None:
        client("s3").put_object(Bucket=self.bucket, Key=key, Body=body, ContentType=content_type)

    def publish(self, path: Path, suffix: str) -> tuple[str, bool]:
        """The key that holds the file's content, and whether it had to be sent."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            return self._publish(_package_key(digest, suffix), file)

    def publish_bytes(self, body: bytes, suffix: str) -> tuple[str, bool]:
        """The same for bytes: the key, and whether it had to be sent."""
        return self._publish(self.key_of(body, suffix), io.BytesIO(body))

    @staticmethod
    def key_of(body: bytes, suffix: str) -> str:
        """The key under which these bytes are published."""
        return _package_key(hashlib.sha256(body).hexdigest(), suffix)

    def exists(self, key: str) -> bool:
        try:
            client("s3").head_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                return False
            raise
        return True

    def copy(self, key: str, target: str) -> None:
        """The object is at `target`, too; its bytes stay within S3. Raises ArtifactMissing."""
        where = {"Bucket": self.bucket, "Key": key}
        try:
            client("s3").copy_object(Bucket=self.bucket, Key=target, CopySource=where)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                raise ArtifactMissing(f"{key} is not in the artifact bucket") from error
            raise

    def url(self, key: str) -> str:
        """The object's address in the form that CloudFormation takes: path style, on S3's own endpoint."""
        return f"{client('s3').meta.endpoint_url}/{self.bucket}/{key}"

    def _read(self, key: str, file: IO[bytes], max_bytes: int) -> None:
        answer = self._open(key)
        if answer["ContentLength"] > max_bytes:
            raise ArtifactInvalid(f"{key} has {answer['ContentLength']} bytes, more than {max_bytes}")
        for piece in answer["Body"].iter_chunks(_CHUNK):
            file.write(piece)

    def _open(self, key: str) -> Any:
        try:
            return client("s3").get_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if error.response["Error"]["Code"] in _ABSENT:
                raise ArtifactMissing(f"{key} is not in the artifact bucket") from error
            raise

    def _publish(self, key: str, content: IO[bytes]) -> tuple[str, bool]:
        for attempt in range(1, _ATTEMPTS + 1):
            if self.exists(key):
                return key, False
            content.seek(0)
            try:
                client("s3").put_object(Bucket=self.bucket, Key=key, Body=content, IfNoneMatch="*")
            except ClientError as error:
                # Somebody who sends the same at this moment may yet fail (S3 API, "PutObject", If-None-Match).
                expected = (_ALREADY_THERE, _SENT_AT_ONCE) if attempt < _ATTEMPTS else (_ALREADY_THERE,)
                if error.response["Error"]["Code"] not in expected:
                    raise
            else:
                return key, True
        return key, False
