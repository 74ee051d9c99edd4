"""RecordFailure: the session has failed, and says why. The only state that reads an Error and its Cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployer.aws.artifacts import Artifacts
from deployer.aws.sessions import Sessions
from deployer.aws.worker_reports import read_report, worker_log
from deployer.caught import error_of, failure_of, record_of
from deployer.ending import message_of
from deployer.errors import DeployerError, SessionTimedOut, WorkerStopped
from deployer.session import SessionStatus, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.aws.workers import Zone
    from deployer.session import Head
    from deployer.state_data import Caught, Failure

_ZONES: Final[dict[str, Zone]] = {Stage.CLONING: "source", Stage.PACKAGING: "build"}


class Event(StateEvent):
    error: Caught


def handler(event: Event, _context: object) -> Failure:
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    head = sessions.head(event["sessionId"])
    if "error" in head:  # a retry: it is written already
        return {"error": head["error"]["code"], "cause": head["error"]["message"]}

    error = _explained(settings, sessions, event, head)
    message = message_of(error, head)
    sessions.settle(event["sessionId"], event["enteredAt"], SessionStatus.FAILED, message, record_of(error))

    return failure_of(error)


def _explained(settings: Settings, sessions: Sessions, event: Event, head: Head) -> DeployerError:
    """The error that the state ended with; a container's last lines are in the session's log."""
    error = error_of(event["error"]["Error"], event["error"]["Cause"])
    zone = _ZONES.get(head["stage"])
    if zone is None:
        return error
    artifacts = Artifacts.from_settings(settings)
    lines = worker_log(artifacts, event["sessionId"], zone)
    sessions.log(event["sessionId"], event["enteredAt"], Stage(head["stage"]), lines)
    return _true_error(artifacts, head, zone, error)


def _true_error(artifacts: Artifacts, head: Head, zone: Zone, error: DeployerError) -> DeployerError:
    """What the container says of itself, when it was one that failed; ECS knows only that it stopped."""
    if not isinstance(error, WorkerStopped | SessionTimedOut):
        return error
    try:
        read_report(artifacts, head["sessionId"], zone)
    except WorkerStopped:
        return error
    except DeployerError as told:
        return told
    return error
