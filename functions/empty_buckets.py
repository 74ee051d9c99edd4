"""EmptyBuckets: the objects in the buckets that the stack made are gone, or as many as there was time for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from deployer.aws.buckets import Buckets
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.state_data import Buckets as Answer
from deployer.state_data import StateEvent

if TYPE_CHECKING:
    from deployer.stack.resource import StackResource

# Enough to finish a request of 1,000 keys and to write down what was done, before Lambda ends the function.
_RESERVE_MS: Final = 60_000


class Event(StateEvent):
    stackId: str


class Context(Protocol):
    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: Event, context: Context) -> Answer:
    settings = Settings.from_env()
    stacks = Stacks.from_settings(settings)

    stack = stacks.ours(event["stackId"])
    buckets = stacks.removed_buckets(stack.stack_id) if stack and not stack.status.is_gone else []
    _tell(Sessions.from_settings(settings), event, buckets)

    emptied = Buckets(has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS)
    return Answer(areEmpty=all(emptied.empty(bucket.physical_id) for bucket in buckets))


def _tell(sessions: Sessions, event: Event, buckets: list[StackResource]) -> None:
    message = "the stack is being removed"
    lines = [f"emptying bucket {bucket.physical_id} ({bucket.logical_id})" for bucket in buckets]
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.REMOVING,
        next=Stage.REMOVING,
        message=message,
        entries=[(LogLevel.INFO, line) for line in lines],
    )
