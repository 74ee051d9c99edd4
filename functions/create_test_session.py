"""CreateTestSession: a test session for this deployment's stack is there; a nested execution may begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.aws import executions
from deployer.aws.sessions import Sessions
from deployer.instants import microseconds
from deployer.session import LogLevel, SessionKind, SessionStatus, Stage, nested_session_id, new_head
from deployer.settings import Settings

if TYPE_CHECKING:
    from deployer.state_data import NestedSession, SanityRequest, StateEvent

_CONCURRENCY: Final = 10


def handler(event: StateEvent, _context: object) -> NestedSession:
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    deployment_id = event["sessionId"]

    test_id = nested_session_id(deployment_id, microseconds(event["enteredAt"]) // 1000)
    request = _request(deployment_id)
    arn = executions.execution_arn(settings.test_machine_arn, test_id)
    caller = sessions.head(deployment_id)["caller"]
    sessions.create(new_head(test_id, SessionKind.TEST, caller, request, arn))
    _record(sessions, event, test_id)

    return {"sessionId": test_id, "request": request}


def _request(deployment_id: str) -> SanityRequest:
    """All tests, with the source of the deployment."""
    return {
        "deploymentId": deployment_id,
        "stackName": None,
        "functionName": None,
        "repository": None,
        "branch": None,
        "commit": None,
        "projectRoot": None,
        "include": [],
        "exclude": [],
        "maxConcurrency": _CONCURRENCY,
        "allowMutating": None,
        "isNested": True,
    }


def _record(sessions: Sessions, event: StateEvent, test_id: str) -> None:
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.COLLECTING,
        next=Stage.TESTING,
        message="running the sanity tests",
        entries=[(LogLevel.INFO, f"sanity tests run as session {test_id}")],
        status=SessionStatus.TESTING,
        testSessionId=test_id,
    )
