"""deployer.stack.change_set: what a change set's end means."""

from __future__ import annotations

import pytest
from botocore.session import get_session

from deployer.session import ChangeRecord
from deployer.stack.change_set import ChangeSet, ChangeSetStatus, change_set_name, in_words, is_our_name


def change(action: str) -> ChangeRecord:
    return ChangeRecord(action=action, logicalId="Queue", type="AWS::SQS::Queue", physicalId="", replacement="")


def test_every_status_of_a_change_set() -> None:
    """AWS's own service model and our list have the same statuses; only one of them is ready."""
    model = get_session().get_service_model("cloudformation")
    ready = [status for status in ChangeSetStatus if status.is_settled and not status.is_failed]

    assert set(model.shape_for("ChangeSetStatus").metadata["enum"]) == set(ChangeSetStatus)
    assert ready == [ChangeSetStatus.CREATE_COMPLETE]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("The submitted information didn't contain changes. Submit different information.", True),
        ("No updates are to be performed.", True),
        ("Transform AWS::Include failed", False),
    ],
)
def test_change_set_without_changes(reason: str, expected: bool) -> None:
    """CloudFormation calls it failed; it is no failure."""
    found = ChangeSet(status=ChangeSetStatus.FAILED, reason=reason, was_executed=False, changes=[])

    assert found.is_without_changes is expected


def test_name_of_a_sessions_change_set() -> None:
    """It is made of the session's id alone, and is known as ours."""
    assert change_set_name("0192-a") == "session-0192-a"
    assert is_our_name(change_set_name("0192-a"))
    assert not is_our_name("awscli-cloudformation-package-deploy-1")


def test_changes_in_words() -> None:
    """Counted by what is done."""
    assert in_words([change("Add"), change("Modify"), change("Add")]) == "2 to add, 1 to modify"
    assert in_words([]) == "nothing to change"
