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


def take_source(artifacts: Artifacts, request: CloneRequest, image: str, session_id: str) -> str | None:
    """The session whose source this one has now, too; None when there is none, or a part of it has expired.

    `image` is the clone's: one without a name may be any, and then nothing is taken.
    """
    if not image:
        return None
    try:
        earlier = artifacts.get(_key(request, image), _MAX_BYTES).decode()
        if not is_session_id(earlier):
            return None
        for name in (SOURCE, MANIFEST, REPORT):  # as the clone leaves them: the report last
            artifacts.copy(source_key(earlier, name), source_key(session_id, name))
    except ArtifactMissing:
        return None
    return earlier


def keep_source(artifacts: Artifacts, request: CloneRequest, image: str, session_id: str) -> None:
    """Whoever asks the same image for the same is given what the session's clone left."""
    artifacts.put(_key(request, image), session_id.encode(), "text/plain")


def _key(request: CloneRequest, image: str) -> str:
    """The same for the same request to the same image."""
    identity = hashlib.sha256(json.dumps([request, image], sort_keys=True).encode()).hexdigest()
    return f"sources/{identity}"
