"""CheckChangeSet, DiscardChangeSet and ExecuteChangeSet: from a change set to a stack that moves, or to none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from tests.cloudformation import (
    CHANGE_SET_ID,
    STACK_ID,
    CannedCloudFormation,
    Refusal,
    a_change,
    a_change_set,
    a_stack,
)
from tests.session_table import ENTERED_AT
from tests.stack_session import change_set

import check_change_set
import discard_change_set
import execute_change_set
from deployer.errors import ChangeSetFailed, SessionCancelled
from deployer.session import SessionStatus

if TYPE_CHECKING:
    from tests.stack_session import Session

NO_CHANGES = "The submitted information didn't contain changes. Submit different information."


@pytest.fixture(autouse=True)
def empty_stack(cloudformation: CannedCloudFormation) -> None:
    """A stack that waits for its change set, and may be removed with it."""
    cloudformation.answers("DescribeStacks", a_stack("REVIEW_IN_PROGRESS"))
    cloudformation.answers("DeleteChangeSet", {})
    cloudformation.answers("DeleteStack", {})


def test_change_set_in_progress(session: Session, cloudformation: CannedCloudFormation) -> None:
    """It is asked for again later, after a longer wait, and nothing is written."""
    cloudformation.answers("DescribeChangeSet", a_change_set("CREATE_IN_PROGRESS"))

    answer = check_change_set.handler(session.event(changeSet=change_set(waitSeconds=4)), None)

    assert (answer["isReady"], answer["waitSeconds"]) == (False, 5)
    assert session.messages == []


def test_change_set_that_is_ready(session: Session, cloudformation: CannedCloudFormation) -> None:
    """The log says what it would do."""
    cloudformation.answers("DescribeChangeSet", a_change_set("CREATE_COMPLETE", Changes=[a_change("Queue")]))

    answer = check_change_set.handler(session.event(changeSet=change_set()), None)

    assert (answer["isReady"], answer["hasChanges"]) == (True, True)
    assert session.messages == ["the change set is ready: 1 to add"]


def test_change_set_without_changes(session: Session, cloudformation: CannedCloudFormation) -> None:
    """It is ready, and there is nothing to execute."""
    cloudformation.answers("DescribeChangeSet", a_change_set("FAILED", NO_CHANGES))

    answer = check_change_set.handler(session.event(changeSet=change_set()), None)

    assert (answer["isReady"], answer["hasChanges"]) == (True, False)
    assert session.head["hasChanges"] is False


def test_change_set_that_failed(session: Session, cloudformation: CannedCloudFormation) -> None:
    """CloudFormation's reason is the error's; the change set and the empty stack are removed."""
    cloudformation.answers("DescribeChangeSet", a_change_set("FAILED", "Unresolved resource dependencies [X]"))

    with pytest.raises(ChangeSetFailed, match="Unresolved resource dependencies"):
        check_change_set.handler(session.event(changeSet=change_set()), None)

    assert cloudformation.asked("DeleteStack")[0]["StackName"] == STACK_ID


def test_change_set_that_early_validation_refused(session: Session, cloudformation: CannedCloudFormation) -> None:
    """The error says what was refused, not where to look for it."""
    cloudformation.answers("DescribeChangeSet", a_change_set("FAILED", "... use the DescribeEvents API ..."))
    refused = {
        "EventId": "1",
        "EventType": "VALIDATION_ERROR",
        "StackId": STACK_ID,
        "LogicalResourceId": "Queue",
        "ValidationStatusReason": "extraneous key [Nme]",
        "Timestamp": datetime(2026, 11, 18, tzinfo=UTC),
    }
    cloudformation.answers("DescribeEvents", {"OperationEvents": [refused]})

    with pytest.raises(ChangeSetFailed, match=r"^Queue: extraneous key \[Nme\]$"):
        check_change_set.handler(session.event(changeSet=change_set()), None)


def test_plan_that_is_discarded(session: Session, cloudformation: CannedCloudFormation) -> None:
    """The changes are in the session; the change set and the stack that held nothing are gone."""
    cloudformation.answers("DescribeChangeSet", a_change_set("CREATE_COMPLETE", Changes=[a_change("Queue")]))

    answer = discard_change_set.handler(session.event(changeSet=change_set()), None)

    assert answer["changeCount"] == 1
    assert [change["logicalId"] for change in session.sessions.changes(session.id)] == ["Queue"]
    assert cloudformation.asked("DeleteChangeSet") == [{"ChangeSetName": CHANGE_SET_ID}]
    assert cloudformation.asked("DeleteStack")[0]["StackName"] == STACK_ID
    assert "stackId" not in session.head


def test_plan_that_was_discarded_before(session: Session, cloudformation: CannedCloudFormation) -> None:
    """A retry after the change set has gone does not say that there was nothing to change."""
    cloudformation.answers("DescribeChangeSet", Refusal("ChangeSetNotFound", "gone"))
    cloudformation.answers("DeleteChangeSet", Refusal("ChangeSetNotFound", "gone"))

    discard_change_set.handler(session.event(changeSet=change_set()), None)

    assert session.messages == []


def test_change_set_that_is_executed(session: Session, cloudformation: CannedCloudFormation) -> None:
    """CloudFormation is asked once with a token of the session, and the session knows its stack."""
    cloudformation.answers("ExecuteChangeSet", {})

    watch = execute_change_set.handler(session.event(changeSet=change_set()), None)

    [asked] = cloudformation.asked("ExecuteChangeSet")
    assert asked == {"ChangeSetName": CHANGE_SET_ID, "ClientRequestToken": f"execute-{session.id}"}
    assert (watch["stackId"], watch["wanted"], watch["startedAt"]) == (STACK_ID, "deployed", ENTERED_AT)
    assert (session.head["stackId"], session.head["stage"]) == (STACK_ID, "deploying")


def test_session_that_was_cancelled_meanwhile(session: Session, cloudformation: CannedCloudFormation) -> None:
    """Nothing is executed for a session that has settled."""
    session.sessions.settle(session.id, ENTERED_AT, SessionStatus.CANCELLED, "stopped")

    with pytest.raises(SessionCancelled):
        execute_change_set.handler(session.event(changeSet=change_set()), None)

    assert cloudformation.operations == []
