"""Deployments and test sessions by the API of the application, as any caller makes them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from local.client import SETTLED, NeverSettled, Refused

if TYPE_CHECKING:
    from local.client import Client
    from tests.faults.fault import Results
    from tests.faults.stacks import Stack

_POLL_SECONDS: Final = 0.5
_DEPLOY_SECONDS: Final = 300
_TEST_SECONDS: Final = 900


class NotDeployed(Exception):
    """The application's own reason."""


def deploy(client: Client, stack: Stack) -> dict[str, Any]:
    """The settled session. Raises NotDeployed."""
    options = {"projectRoot": stack.root} if stack.root else {}
    session = client.settle(client.deploy(stack.repository, **options)["sessionId"], seconds=_DEPLOY_SECONDS)
    if session["status"] != "success":
        error = session.get("error") or {}
        raise NotDeployed(f"{error.get('code')}: {error.get('message')}")
    return session


def remove(client: Client, session_id: str) -> None:
    client.remove(session_id)
    client.settle(session_id, seconds=_DEPLOY_SECONDS)


def run_tests(client: Client, deployment_id: str) -> Results:
    """Every result, by the test's name. Raises Refused, NeverSettled, or NotDeployed when no test was run."""
    accepted = _json(client, "POST", "/test", json={"deploymentId": deployment_id})
    session_id = accepted["sessionId"]
    deadline = time.monotonic() + _TEST_SECONDS
    while (session := _json(client, "GET", f"/test-status/{session_id}"))["status"] not in SETTLED:
        if time.monotonic() > deadline:
            raise NeverSettled(f"{session_id} had not settled after {_TEST_SECONDS} s")
        time.sleep(_POLL_SECONDS)
    if "summary" not in session:
        raise NotDeployed(f"the tests did not run: {session.get('error')}")
    return {each["name"]: each for each in _results(client, session_id)}


def _results(client: Client, session_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after: dict[str, str] = {}
    while True:
        page = _json(client, "GET", f"/test-status/{session_id}", params=after)
        found += page["testResults"]
        if not page["testResults"] or not page.get("testResultsNextToken"):
            return found
        after = {"resultsAfter": page["testResultsNextToken"]}


def _json(client: Client, method: str, path: str, **options: Any) -> dict[str, Any]:
    response = client.call(method, path, **options)
    body: dict[str, Any] = response.json()
    if not response.ok:
        raise Refused(response.status_code, body)
    return body
