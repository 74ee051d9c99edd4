"""ExecuteChangeSet: CloudFormation is changing the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.watch import begun
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.state_data import ChangeSet, DeployRequest
    from deployer.state_data import Stack as Watch


class Event(StateEvent):
    request: DeployRequest
    changeSet: ChangeSet


def handler(event: Event, _context: object) -> Watch:
    settings = Settings.from_env()
    change_set = event["changeSet"]

    # First the record, which refuses a session that was cancelled meanwhile, and names the stack to remove.
    _tell(Sessions.from_settings(settings), event)
    Stacks.from_settings(settings).execute(change_set["changeSetId"], f"execute-{event['sessionId']}")

    return begun(change_set["stackId"], "deployed", event["enteredAt"])


def _tell(sessions: Sessions, event: Event) -> None:
    change_set = event["changeSet"]
    message = f"CloudFormation begins to {change_set['type'].lower()} the stack"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PLANNING,
        next=Stage.DEPLOYING,
        message=message,
        entries=[(LogLevel.INFO, message)],
        stackId=change_set["stackId"],
    )
