"""The HTTP API from a caller's side: what the demo, the end-to-end tests and the benchmarks use."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

POLL_SECONDS: Final = 0.25
SETTLED: Final = frozenset({"success", "failed", "cancelled", "deleted"})

Session = dict[str, Any]
"""A session as `GET /status` gives it."""


class Refused(Exception):
    """The API answered with a problem. `problem` is its JSON, `status` HTTP's."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code', '')}: {problem.get('detail', problem)}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))


class NeverSettled(Exception):
    """A session was still moving when the caller's patience ended."""


def direct() -> requests.Session:
    """For addresses of this machine: whatever proxy its settings name is not asked for them."""
    session = requests.Session()
    session.trust_env = False
    return session


class Client:
    """One caller. Every method raises Refused for an answer that is a problem."""

    def __init__(self, api_url: str, api_key: str) -> None:
        self._url = api_url.rstrip("/")
        self._http = direct()
        self._http.headers["x-api-key"] = api_key

    def deploy(self, repository: str, *, key: str | None = None, **fields: Any) -> Session:
        """The accepted session. `key` is its Idempotency-Key; `fields` are the request's other ones."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._call("POST", "/deploy", json={"repository": repository, **fields}, headers=headers)

    def status(self, session_id: str, logs_after: str | None = None) -> Session:
        return self._call("GET", f"/status/{session_id}", params={"logsAfter": logs_after} if logs_after else {})

    def test(self, **fields: Any) -> Session:
        """The accepted test session."""
        return self._call("POST", "/test", json=fields)

    def test_status(self, session_id: str, logs_after: str | None = None) -> Session:
        """The test session with all of its results, page by page."""
        path, params = f"/test-status/{session_id}", {"logsAfter": logs_after} if logs_after else {}
        session = self._call("GET", path, params=params)
        while token := session["testResultsNextToken"]:
            page = self._call("GET", path, params={"resultsAfter": token})
            session = {
                **page,
                "logs": session["logs"],
                "testResults": session["testResults"] + page["testResults"],
            }
        return session

    def deployments(self, **filters: Any) -> dict[str, Any]:
        return self._call("GET", "/deployments", params=filters)

    def remove(self, session_id: str) -> Session:
        return self._call("DELETE", f"/deployments/{session_id}")

    def settle(
        self,
        session_id: str,
        seconds: float = 120,
        seen: Callable[[Session], None] = lambda _session: None,
        *,
        is_test: bool = False,
    ) -> Session:
        """The session once it has settled, with all its logs; `seen` gets each look, with the logs that are new.

        Raises NeverSettled after `seconds`.
        """
        logs: list[dict[str, Any]] = []
        for session in self._looks(self.test_status if is_test else self.status, session_id, seconds):
            logs += session["logs"]
            seen(session)
            if session["status"] in SETTLED and not session["logs"]:
                return {**session, "logs": logs}
        raise NeverSettled(f"{session_id} had not settled after {seconds:.0f} s")

    def _looks(
        self, look: Callable[[str, str | None], Session], session_id: str, seconds: float
    ) -> Iterator[Session]:
        deadline = time.monotonic() + seconds
        after: str | None = None
        while time.monotonic() < deadline:
            session = look(session_id, after)
            after = session.get("logsNextToken") or after
            yield session
            if session["status"] not in SETTLED:
                time.sleep(POLL_SECONDS)

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """The answer as it is, problem or not."""
        return self._http.request(method, self._url + path, timeout=30, **options)

    def follow(self, url: str) -> requests.Response:
        """What is at an address that an answer named."""
        return self._http.get(url, timeout=30)

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        response = self.call(method, path, **options)
        body: dict[str, Any] = response.json()
        if not response.ok:
            raise Refused(response.status_code, body)
        return body
