"""The stack that a session may change: this application's, and its caller's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.errors import StackNotOurs
from deployer.stack.stack import SESSION_TAG

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions
    from deployer.aws.stacks import Stacks
    from deployer.stack.stack import Stack


def callers_stack(stacks: Stacks, sessions: Sessions, session_id: str, name: str) -> Stack | None:
    """The stack of that name, which the session's caller may change; None where there is none.

    Raises StackNotOurs for one that this application did not make, or made for another caller.
    """
    stack = stacks.ours(name)
    if stack and sessions.is_anothers(stack.tags.get(SESSION_TAG), sessions.head(session_id)["caller"]):
        raise StackNotOurs(f"stack {stack.name} was deployed by another caller of this application")
    return stack
