"""DeleteStack: CloudFormation is removing the stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.instants import microseconds
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.stack import StackStatus
from deployer.stack.watch import begun
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.stack.stack import Stack
    from deployer.state_data import Stack as Watch


class Event(StateEvent):
    stackId: str


def handler(event: Event, _context: object) -> Watch:
    settings = Settings.from_env()
    stacks = Stacks.from_settings(settings)

    stack = stacks.ours(event["stackId"])
    if stack and _is_there(stack):
        _tell(Sessions.from_settings(settings), event, stacks.here(stack.stack_id))
        stacks.delete(stack.stack_id, f"remove-{event['sessionId']}-{microseconds(event['enteredAt'])}")

    return begun(event["stackId"], "deleted", event["enteredAt"])


def _is_there(stack: Stack) -> bool:
    """Not gone, and not already going: a retry must not skip the events since the first try."""
    return not stack.status.is_gone and stack.status is not StackStatus.DELETE_IN_PROGRESS


def _tell(sessions: Sessions, event: Event, here: dict[str, str]) -> None:
    message = "CloudFormation begins to remove the stack"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.REMOVING,
        next=Stage.REMOVING,
        message=message,
        entries=[(LogLevel.INFO, message)],
        eventBegin=here,
        eventCursor=here,
    )
