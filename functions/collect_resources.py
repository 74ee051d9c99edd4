"""CollectResources: outputs and resources of the stack are in the session."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from deployer.amounts import counted
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.errors import StackGone
from deployer.redaction import HIDDEN, members_without_secrets
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.session import ResourceRecord
    from deployer.stack.stack import Stack
    from deployer.state_data import ChangeSet, Package


class Event(StateEvent):
    changeSet: ChangeSet
    package: Package


class Answer(TypedDict):
    resourceCount: int


def handler(event: Event, _context: object) -> Answer:
    settings = Settings.from_env()
    stacks, stack_id = Stacks.from_settings(settings), event["changeSet"]["stackId"]

    stack = stacks.describe(stack_id)
    if stack is None or stack.status.is_gone:
        raise StackGone(f"stack {stack_id} was removed after it was deployed")
    resources = [resource.record for resource in stacks.resources(stack_id) if resource.is_there]
    _record(Sessions.from_settings(settings), event, stack, resources)

    return Answer(resourceCount=len(resources))


def _record(sessions: Sessions, event: Event, stack: Stack, resources: list[ResourceRecord]) -> None:
    sessions.add_resources(event["sessionId"], resources)
    found = f"{counted(len(resources), 'resource')} and {counted(len(stack.outputs), 'output')}"
    message = f"stack {stack.name} has {found}"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.COLLECTING,
        next=Stage.COLLECTING,
        message=message,
        entries=[(LogLevel.INFO, message)],
        stackName=stack.name,
        stackId=stack.stack_id,
        outputs=members_without_secrets(stack.outputs) | dict.fromkeys(_hidden(event, stack), HIDDEN),
    )


def _hidden(event: Event, stack: Stack) -> list[str]:
    return [name for name in event["package"]["secretOutputs"] if name in stack.outputs]
