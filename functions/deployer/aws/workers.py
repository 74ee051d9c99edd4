"""Handing work to a container that holds no credential.

The addresses in a plan are signed by a role that is assumed for one session and narrowed to what that session's
container may touch, so that even a forged signature reaches nothing else. Role chaining bounds them to an hour
(IAM User Guide, "Role chaining").
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

import boto3
from botocore.config import Config

from deployer.aws.artifacts import Artifacts, build_key, source_key, trusted_key
from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployer.settings import Settings

Zone = Literal["source", "build"]

KEYS: Final = {"source": source_key, "build": build_key}
"""By zone, how the key of what its container leaves is made."""

_PLANS: Final[dict[Zone, str]] = {"source": "clone-plan.json", "build": "build-plan.json"}
_MAX_SECONDS: Final = 3600


class Workers:
    """Signs what containers may read and write."""

    def __init__(self, artifacts: Artifacts, role_arn: str) -> None:
        self._artifacts = artifacts
        self._role_arn = role_arn

    @classmethod
    def from_settings(cls, settings: Settings) -> Workers:
        return cls(Artifacts.from_settings(settings), settings.worker_role_arn)

    def hand_over(
        self,
        session_id: str,
        zone: Zone,
        plan: Mapping[str, Any],
        *,
        seconds: int,
        max_bytes: int,
        reads: Mapping[str, str] | None = None,
    ) -> str:
        """The one address that the container gets: it opens its plan, for `seconds`.

        `reads` maps a field of the plan to the key whose presigned GET it is to hold. The plan's `upload` lets the
        container leave objects of at most `max_bytes` under the zone's prefix.
        """
        reads = reads or {}
        prefix = KEYS[zone](session_id, "")
        plan_key = trusted_key(session_id, _PLANS[zone])
        signer = self._signer(session_id, prefix, [plan_key, *reads.values()])
        addresses = {field: self._get_url(signer, key, seconds) for field, key in reads.items()}
        upload = self._upload(signer, prefix, seconds, max_bytes)
        self._artifacts.put(plan_key, json.dumps({**plan, **addresses, "upload": upload}).encode())
        return self._get_url(signer, plan_key, seconds)

    def _signer(self, session_id: str, prefix: str, readable: list[str]) -> Any:
        credentials = client("sts").assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=f"worker-{session_id}",
            DurationSeconds=_MAX_SECONDS,
            Policy=json.dumps(self._session_policy(prefix, readable)),
        )["Credentials"]
        return boto3.client(
            "s3",
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )

    def _session_policy(self, prefix: str, readable: list[str]) -> dict[str, Any]:
        partition = self._role_arn.split(":")[1]
        bucket = f"arn:{partition}:s3:::{self._artifacts.bucket}"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "s3:GetObject",
                    "Resource": [f"{bucket}/{key}" for key in readable],
                },
                {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"{bucket}/{prefix}*"},
            ],
        }

    def _get_url(self, signer: Any, key: str, seconds: int) -> str:
        where = {"Bucket": self._artifacts.bucket, "Key": key}
        return str(signer.generate_presigned_url("get_object", Params=where, ExpiresIn=seconds))

    def _upload(self, signer: Any, prefix: str, seconds: int, max_bytes: int) -> dict[str, Any]:
        post = signer.generate_presigned_post(
            self._artifacts.bucket,
            prefix + "${filename}",
            Conditions=[["starts-with", "$key", prefix], ["content-length-range", 0, max_bytes]],
            ExpiresIn=seconds,
        )
        return {**post, "prefix": prefix}
