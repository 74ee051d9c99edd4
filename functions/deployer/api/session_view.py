"""A session as the API shows it. What is not known yet, or never will be, is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypedDict

from deployer.api.links import session_links, status_url
from deployer.session import SessionStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.session import ChangeRecord, Head, LogEntry, ResourceRecord
    from deployer.state_data import DeployRequest

_SUMMARY: Final = (
    "sessionId",
    "kind",
    "status",
    "stage",
    "message",
    "repository",
    "branch",
    "commit",
    "projectRoot",
)
_TIMES: Final = ("createdAt", "updatedAt", "durationMs")


class Accepted(TypedDict):
    """The answer of `POST /deploy`; always the same for the same session."""

    sessionId: str
    status: str
    message: str
    repository: str
    branch: str | None
    projectRoot: str
    links: dict[str, str]


def accepted(base: str, head: Head, request: DeployRequest) -> Accepted:
    return {
        "sessionId": head["sessionId"],
        "status": SessionStatus.PENDING.value,
        "message": "The deployment has been accepted. Follow links.self until its status is success or failed.",
        "repository": request["repository"],
        "branch": request["branch"],
        "projectRoot": request["projectRoot"],
        "links": session_links(base, head),
    }


def removing(base: str, head: Head) -> dict[str, Any]:
    """The answer of `DELETE /deployments/{sessionId}`."""
    return {
        "sessionId": head["sessionId"],
        "status": SessionStatus.DELETING.value,
        "message": "The stack is being removed. Follow links.self until the status is deleted or failed.",
        "stackName": head["stackName"],
        "links": session_links(base, head),
    }


def summary(base: str, head: Head) -> dict[str, Any]:
    """A session in a list."""
    fields = {name: head.get(name) for name in (*_SUMMARY, "stackName", "error", *_TIMES)}
    return fields | {"links": {"self": status_url(base, head["sessionId"])}}


def details(
    base: str,
    head: Head,
    *,
    logs: Sequence[LogEntry],
    logs_token: str | None,
    resources: Sequence[ResourceRecord],
    changes: Sequence[ChangeRecord],
) -> dict[str, Any]:
    """The whole session, with one page of its log."""
    return {
        **{name: head.get(name) for name in (*_SUMMARY, "project")},
        "logs": logs,
        "logsNextToken": logs_token,
        "deployedResources": _deployed(head, resources),
        "changes": changes,
        "error": head.get("error"),
        **{name: head.get(name) for name in _TIMES},
        "links": session_links(base, head),
    }


def is_plan(head: Head) -> bool:
    return bool(head["request"]["mode"] == "plan")


def has_stack(head: Head) -> bool:
    """Whether the session has a stack to show: a plan's is gone, and so is one that was removed."""
    return "stackId" in head and not is_plan(head) and head["status"] != SessionStatus.DELETED


def _deployed(head: Head, resources: Sequence[ResourceRecord]) -> dict[str, Any] | None:
    if not has_stack(head):
        return None
    return {
        "stackName": head["stackName"],
        "stackId": head["stackId"],
        "region": head["stackId"].split(":")[3],
        "outputs": head.get("outputs", {}),
        "resources": resources,
    }
