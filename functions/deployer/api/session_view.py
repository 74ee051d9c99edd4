"""A session as the API shows it. What is not known yet, or never will be, is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployer.api.links import session_links, status_url
from deployer.session import SessionKind, SessionStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.sanity.sanity_test import SanityTestResult
    from deployer.session import ChangeRecord, Head, LogEntry, ResourceRecord

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


_TARGETS: Final = ("deploymentId", "stackName", "functionName")


def accepted(base: str, head: Head) -> dict[str, Any]:
    """The answer of `POST /deploy` and `POST /test`; always the same for the same request."""
    is_test = head["kind"] == SessionKind.TEST
    asked = ("repository", "branch", "projectRoot", *(_TARGETS if is_test else ()))
    what = "tests have" if is_test else "deployment has"
    return {
        "sessionId": head["sessionId"],
        "status": SessionStatus.PENDING.value,
        "message": f"The {what} been accepted. Follow links.self until the status is success or failed.",
        **{name: head["request"][name] for name in asked},
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
    return fields | {"links": {"self": status_url(base, head)}}


def details(
    base: str,
    head: Head,
    *,
    logs: Sequence[LogEntry],
    logs_token: str | None,
    resources: Sequence[ResourceRecord],
    changes: Sequence[ChangeRecord],
    tests: Head | None,
) -> dict[str, Any]:
    """A deployment, with one page of its log. `tests` is the head of its test session."""
    return {
        **{name: head.get(name) for name in (*_SUMMARY, "project", "parameters")},
        "logs": logs,
        "logsNextToken": logs_token,
        "deployedResources": _deployed(head, resources),
        "retainedResources": head.get("retainedResources", []),
        "changes": changes,
        "tests": _tests(tests),
        "error": head.get("error"),
        **{name: head.get(name) for name in _TIMES},
        "links": session_links(base, head),
    }


def test_details(
    base: str,
    head: Head,
    *,
    logs: tuple[Sequence[LogEntry], str | None],
    results: tuple[Sequence[SanityTestResult], str | None],
) -> dict[str, Any]:
    """A test session, with one page of its log and one of its results; each with the token that continues."""
    return {
        **{name: head.get(name) for name in (*_SUMMARY, *_TARGETS, "summary")},
        "testResults": results[0],
        "testResultsNextToken": results[1],
        "logs": logs[0],
        "logsNextToken": logs[1],
        "error": head.get("error"),
        **{name: head.get(name) for name in _TIMES},
        "links": session_links(base, head),
    }


def _tests(head: Head | None) -> dict[str, Any] | None:
    return {"sessionId": head["sessionId"], "summary": head.get("summary")} if head else None


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
