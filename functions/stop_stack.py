"""StopStack: a stack that is out of time is on its way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.errors import StackNotReady
from deployer.instants import microseconds
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.stack.stack import Stack
    from deployer.state_data import Stack as Watch


class Event(StateEvent):
    stack: Watch


def handler(event: Event, _context: object) -> Watch:
    settings = Settings.from_env()
    stacks = Stacks.from_settings(settings)
    watch = event["stack"]

    stack = stacks.ours(watch["stackId"])
    _tell(Sessions.from_settings(settings), event, _unfinished(stacks, stack))
    if stack:
        _stop(stacks, stack, f"stop-{event['sessionId']}-{microseconds(event['enteredAt'])}")

    return {**watch, "isStopping": True, "isOverdue": False, "waitSeconds": 1}


def _stop(stacks: Stacks, stack: Stack, token: str) -> None:
    """A first create is removed, an update is cancelled; what is on its way back already is left alone."""
    if stack.status.is_first_create:
        stacks.delete(stack.stack_id, token)
    elif stack.status.may_be_cancelled:
        _cancel(stacks, stack, token)


def _cancel(stacks: Stacks, stack: Stack, token: str) -> None:
    try:
        stacks.cancel_update(stack.stack_id, token)
    except StackNotReady:
        return  # it moved on since it was looked at: CheckStack sees where to


def _unfinished(stacks: Stacks, stack: Stack | None) -> list[str]:
    resources = stacks.resources(stack.stack_id) if stack else []
    return [f"{each.logical_id} ({each.type}) is still {each.status}" for each in resources if each.is_moving]


def _tell(sessions: Sessions, event: Event, unfinished: list[str]) -> None:
    message = "the stack is out of time and is being stopped"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.DEPLOYING,
        next=Stage.STOPPING,
        message=message,
        entries=[(LogLevel.WARNING, line) for line in (message, *unfinished)],
    )
