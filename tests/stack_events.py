"""Stack events to test with: one line each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from deployer.stack.event import STACK_TYPE, StackEvent

ROOT: Final = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1111"
CHILD: Final = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop-Inner-1/2222"
BEGAN: Final = datetime(2026, 11, 18, 13, tzinfo=UTC)


def event(
    logical_id: str,
    status: str,
    reason: str = "",
    *,
    ms: int = 0,
    type: str = "AWS::SQS::Queue",
    stack_id: str = ROOT,
    physical_id: str = "",
) -> StackEvent:
    """An event, `ms` after the operation began."""
    return StackEvent(
        event_id=f"{stack_id[-4:]}-{logical_id}-{status}-{ms}",
        stack_id=stack_id,
        stack_name=stack_id.split("/")[1],
        logical_id=logical_id,
        physical_id=physical_id,
        type=type,
        status=status,
        reason=reason,
        at=BEGAN + timedelta(milliseconds=ms),
    )


def of_stack(status: str, reason: str = "", *, ms: int = 0, stack_id: str = ROOT) -> StackEvent:
    """An event about the stack itself."""
    name = stack_id.split("/")[1]
    return event(name, status, reason, ms=ms, type=STACK_TYPE, stack_id=stack_id, physical_id=stack_id)


def of_nested(status: str, reason: str = "", *, ms: int = 0) -> StackEvent:
    """The root's event about the stack nested in it."""
    return event("Inner", status, reason, ms=ms, type=STACK_TYPE, physical_id=CHILD)
