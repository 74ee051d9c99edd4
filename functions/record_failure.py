"""RecordFailure: the session has failed, and says why. The only state that reads an Error and its Cause."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from deployer.aws.artifacts import Artifacts
from deployer.aws.sessions import Sessions
from deployer.aws.worker_log import worker_log
from deployer.aws.workers import Zone, read_report
from deployer.caught import error_of, failure_of, record_of
from deployer.ending import message_of
from deployer.errors import DeployerError, SessionTimedOut, WorkerStopped
from deployer.session import SessionStatus, Stage
from deployer.settings import Settings

if TYPE_CHECKING:
    from deployer.session import Head
    from deployer.state_data import Caught, Failure

_ZONES: Final[dict[str, Zone]] = {Stage.CLONING: "source", Stage.PACKAGING: "build"}


class Event(TypedDict):
    sessionId: str
    enteredAt: str
    error: Caught


def handler(event: Event, _context: object) -> Failure:
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    head, caught = sessions.head(event["sessionId"]), event["error"]

    error = error_of(caught["Error"], caught["Cause"])
    if zone := _ZONES.get(head["stage"]):
        artifacts = Artifacts.from_settings(settings)
        error = _true_error(artifacts, head, zone, error)
        lines = worker_log(artifacts, event["sessionId"], zone)
        sessions.log(event["sessionId"], event["enteredAt"], Stage(head["stage"]), lines)
    message = message_of(error, head)
    sessions.settle(event["sessionId"], event["enteredAt"], SessionStatus.FAILED, message, record_of(error))

    return failure_of(error)


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
