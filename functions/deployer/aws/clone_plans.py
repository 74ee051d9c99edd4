"""The plan of a clone: what the container is to fetch, and how much of it at most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.aws.workers import Workers
from deployer.worker import START_SECONDS

if TYPE_CHECKING:
    from deployer.repository import Repository
    from deployer.settings import Settings
    from deployer.worker import CloneRequest, Limits

LIMITS: Final[Limits] = {"maxFiles": 50_000, "maxFileBytes": 100_000_000, "maxTotalBytes": 500_000_000}


def clone_request(
    settings: Settings, repository: Repository, commit: str, project_root: str, template: str | None = None
) -> CloneRequest:
    return {
        "gitUrl": repository.git_url(settings.git_url),
        "commit": commit,
        "projectRoot": project_root,
        "template": template,
        "limits": LIMITS,
    }


def hand_over_clone(settings: Settings, session_id: str, request: CloneRequest) -> str:
    """The one address that the clone's container gets: it opens its plan."""
    seconds = settings.clone_timeout_seconds
    workers = Workers.from_settings(settings)
    return workers.hand_over(
        session_id,
        "source",
        {**request, "timeoutSeconds": seconds},
        seconds=seconds + START_SECONDS,
        max_bytes=LIMITS["maxTotalBytes"],
    )
