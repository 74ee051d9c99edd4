"""What earlier sessions cloned: the same files of a commit are not fetched again while they are in the bucket."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from deployer.aws.artifacts import source_key
from deployer.errors import ArtifactMissing
from deployer.session import is_session_id
from deployer.worker import MANIFEST, REPORT, SOURCE

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts
    from deployer.worker import CloneRequest

_MAX_BYTES: Final = 1_000


def source_identity(request: CloneRequest, clone_image: str) -> str:
    """In hex: the same for the same request to the same image."""
    return hashlib.sha256(json.dumps([request, clone_image], sort_keys=True).encode()).hexdigest()


def take_source(artifacts: Artifacts, identity: str, session_id: str) -> str | None:
    """The session whose source this one has now, too; None when there is none, or a part of it has expired."""
    try:
        earlier = artifacts.get(_key(identity), _MAX_BYTES).decode()
        if not is_session_id(earlier):
            return None
        for name in (SOURCE, MANIFEST, REPORT):  # as the clone leaves them: the report last
            artifacts.copy(source_key(earlier, name), source_key(session_id, name))
    except ArtifactMissing:
        return None
    return earlier


def keep_source(artifacts: Artifacts, identity: str, session_id: str) -> None:
    artifacts.put(_key(identity), session_id.encode(), "text/plain")


def _key(identity: str) -> str:
    return f"sources/{identity}"
