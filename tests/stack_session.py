"""A session whose stack is worked on: what the state functions are given, and what they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from tests.cloudformation import CHANGE_SET_ID, STACK_ID
from tests.session_table import ENTERED_AT, TABLE

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions
    from deployer.session import Head
    from deployer.state_data import ChangeSet

STACK_SETTINGS: Final = {
    "TABLE_NAME": TABLE,
    "BUCKET_NAME": "artifacts",
    "SESSION_LOG_DAYS": "90",
    "STACK_TIMEOUT_MINUTES": "60",
    "ALLOWED_PRINCIPALS": "",
    "ALLOWED_REFERENCE_PREFIXES": "",
    "ALLOWED_RESOURCE_TYPES": "",
    "CLOUDFORMATION_ROLE_ARN": "arn:aws:iam::123456789012:role/service",
}


class Session(NamedTuple):
    """A session in the table."""

    id: str
    sessions: Sessions

    @property
    def head(self) -> Head:
        return self.sessions.head(self.id)

    @property
    def messages(self) -> list[str]:
        """What its log says, oldest first."""
        return [entry["message"] for entry in self.sessions.logs(self.id, None, 100)[0]]

    def event(self, **fields: Any) -> Any:
        """What the state machine gives to a function."""
        return {"sessionId": self.id, "enteredAt": ENTERED_AT, **fields}


def change_set(**changes: Any) -> ChangeSet:
    """State data between CreateChangeSet and ExecuteChangeSet."""
    made: ChangeSet = {
        "changeSetId": CHANGE_SET_ID,
        "stackId": STACK_ID,
        "type": "CREATE",
        "isReady": False,
        "hasChanges": False,
        "waitSeconds": 1,
    }
    return {**made, **changes}  # type: ignore[typeddict-item]  # a test names the fields it changes
