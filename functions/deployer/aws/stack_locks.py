"""The lock on a stack's name: one session at a time changes a stack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.session_items import head_key, lock_key
from deployer.errors import StackLocked
from deployer.session import SessionStatus

if TYPE_CHECKING:
    from deployer.aws.table import Table, Write


def lock_write(table: Table, stack_name: str, session_id: str, expires_at: int) -> Write:
    """The write that gives the lock to the session, if nobody else takes it meanwhile.

    A lock whose holder has settled is free. Raises StackLocked, naming the holder, when it is not.
    """
    lock = lock_key(stack_name) | {"holder": session_id, "expiresAt": expires_at}
    held = table.get(lock_key(stack_name))
    if held is None:
        return table.put(lock, "attribute_not_exists(#sessionId)")
    if held["holder"] != session_id and not _has_settled(table, held["holder"]):
        raise StackLocked(f"session {held['holder']} is changing the stack {stack_name}")
    # The same holder may have taken it once more meanwhile, to remove the stack: the time tells.
    same = {"held": held["holder"], "until": held["expiresAt"]}
    return table.put(lock, "#holder = :held AND #expiresAt = :until", same)


def _has_settled(table: Table, session_id: str) -> bool:
    head = table.get(head_key(session_id))
    return head is None or SessionStatus(head["status"]).is_settled
