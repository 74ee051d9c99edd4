"""CheckStack, StopStack, CollectResources and DeleteStack: a stack is followed until it has settled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from tests.cloudformation import NO_STACK, STACK_ID, CannedCloudFormation, Refusal, a_stack
from tests.session_table import ENTERED_AT
from tests.stack_session import change_set

import check_stack
import collect_resources
import delete_stack
import stop_stack
from deployer.errors import StackFailed, StackGone, StackNotOurs, StackTimedOut
from deployer.stack.watch import begun

if TYPE_CHECKING:
    from tests.stack_session import Session

    from deployer.state_data import Stack as Watch


def told(number: int, logical_id: str, status: str, reason: str = "") -> dict[str, Any]:
    """One of DescribeStackEvents; `shop` is the stack itself."""
    return {
        "EventId": str(number),
        "StackId": STACK_ID,
        "StackName": "shop",
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": STACK_ID if logical_id == "shop" else "",
        "ResourceType": "AWS::CloudFormation::Stack" if logical_id == "shop" else "AWS::SQS::Queue",
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": datetime(2026, 11, 18, tzinfo=UTC) + timedelta(seconds=number),
    }


def look(session: Session, watch: Watch | None = None, *, entered_at: str = ENTERED_AT) -> Watch:
    event = session.event(stack=watch or begun(STACK_ID, "deployed", ENTERED_AT)) | {"enteredAt": entered_at}
    return check_stack.handler(event, None)


def summary(logical_id: str, status: str) -> dict[str, str]:
    ids = {"LogicalResourceId": logical_id, "PhysicalResourceId": "q"}
    return {**ids, "ResourceType": "AWS::SQS::Queue", "ResourceStatus": status}


def test_stack_in_progress(session: Session, cloudformation: CannedCloudFormation) -> None:
    """New events are in the log and the next look comes later."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_IN_PROGRESS"))
    cloudformation.answers(
        "DescribeStackEvents",
        {"StackEvents": [told(2, "Queue", "CREATE_IN_PROGRESS"), told(1, "shop", "CREATE_IN_PROGRESS")]},
    )

    watch = look(session)

    assert (watch["isSettled"], watch["isOverdue"], watch["waitSeconds"]) == (False, False, 2)
    assert session.messages == [
        "shop (AWS::CloudFormation::Stack) CREATE_IN_PROGRESS",
        "Queue (AWS::SQS::Queue) CREATE_IN_PROGRESS",
    ]
    assert session.head["eventCursor"] == {STACK_ID: "2"}


def test_same_look_twice(session: Session, cloudformation: CannedCloudFormation) -> None:
    """A state that is tried again writes nothing twice."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_IN_PROGRESS"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [told(1, "shop", "CREATE_IN_PROGRESS")]})

    look(session)
    look(session)

    assert len(session.messages) == 1


def test_stack_that_is_deployed(session: Session, cloudformation: CannedCloudFormation) -> None:
    """It has settled, and nothing failed."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [told(1, "shop", "CREATE_COMPLETE")]})

    assert look(session)["isSettled"]


def test_failed_create_that_removes_itself(session: Session, cloudformation: CannedCloudFormation) -> None:
    """It is followed until it is gone; the first cause is raised, though it was logged looks ago."""
    cloudformation.answers("DescribeStacks", a_stack("DELETE_IN_PROGRESS"), a_stack("DELETE_COMPLETE"))
    early = [
        told(2, "Topic", "CREATE_FAILED", "Resource creation cancelled"),
        told(1, "Queue", "CREATE_FAILED", "bad"),
    ]
    cloudformation.answers("DescribeStackEvents", {"StackEvents": early})

    watch = look(session)
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [told(3, "shop", "DELETE_COMPLETE"), *early]})
    with pytest.raises(StackFailed) as raised:
        look(session, watch, entered_at="2026-11-18T13:06:50.000Z")

    assert not watch["isSettled"]
    assert raised.value.message == "Queue: bad"
    assert session.messages[-1] == "shop (AWS::CloudFormation::Stack) DELETE_COMPLETE"


def test_early_validation_that_failed(session: Session, cloudformation: CannedCloudFormation) -> None:
    """Events that only point to the reason are followed by it, in the log and in the error."""
    cloudformation.answers("DescribeStacks", a_stack("ROLLBACK_COMPLETE"))
    pointer = told(2, "shop", "ROLLBACK_COMPLETE", "Validation failed, see DescribeEvents")
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [pointer]})
    refused = {
        "EventId": "3",
        "StackId": STACK_ID,
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "Queue",
        "ResourceType": "AWS::SQS::Queue",
        "ValidationStatusReason": "DelaySeconds is no number",
        "Timestamp": pointer["Timestamp"],
    }
    cloudformation.answers("DescribeEvents", {"OperationEvents": [refused]})

    with pytest.raises(StackFailed, match="Queue: DelaySeconds is no number"):
        look(session)

    assert session.messages[-1] == "Queue (AWS::SQS::Queue) VALIDATION_FAILED: DelaySeconds is no number"


def test_stack_that_somebody_removed(session: Session, cloudformation: CannedCloudFormation) -> None:
    """A stack that is not there any more is an error of its own, and no endless wait."""
    cloudformation.answers("DescribeStacks", NO_STACK)
    cloudformation.answers("DescribeStackEvents", NO_STACK)

    with pytest.raises(StackGone):
        look(session)


def test_stack_that_is_out_of_time(session: Session, cloudformation: CannedCloudFormation) -> None:
    """The deadline is reached by the time of the states, and the stack is to be stopped."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_IN_PROGRESS"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": []})

    assert look(session, entered_at="2026-11-18T14:06:41.500Z")["isOverdue"]


@pytest.mark.parametrize(
    ("status", "asked"),
    [
        ("CREATE_IN_PROGRESS", ["DeleteStack"]),
        ("UPDATE_IN_PROGRESS", ["CancelUpdateStack"]),
        ("UPDATE_ROLLBACK_IN_PROGRESS", []),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", []),
    ],
)
def test_stack_that_is_stopped(
    session: Session, cloudformation: CannedCloudFormation, status: str, asked: list[str]
) -> None:
    """A create is removed, an update cancelled, what goes back already left alone; the log names what was slow."""
    cloudformation.answers("DescribeStacks", a_stack(status))
    slow = [summary("Slow", "CREATE_IN_PROGRESS"), summary("Quick", "CREATE_COMPLETE")]
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": slow})
    cloudformation.answers("DeleteStack", {})
    cloudformation.answers("CancelUpdateStack", {})

    watch = stop_stack.handler(session.event(stack=begun(STACK_ID, "deployed", ENTERED_AT)), None)

    changes = [name for name in cloudformation.operations if not name.startswith(("Describe", "List"))]
    assert (changes, watch["isStopping"], watch["isOverdue"]) == (asked, True, False)
    assert "Slow (AWS::SQS::Queue) is still CREATE_IN_PROGRESS" in session.messages


def test_update_that_ended_before_it_was_stopped(session: Session, cloudformation: CannedCloudFormation) -> None:
    """That it cannot be cancelled any more is no error: the next look sees its end."""
    cloudformation.answers("DescribeStacks", a_stack("UPDATE_IN_PROGRESS"))
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": []})
    refusal = Refusal("ValidationError", "CancelUpdateStack cannot be called from current stack status")
    cloudformation.answers("CancelUpdateStack", refusal)

    watch = stop_stack.handler(session.event(stack=begun(STACK_ID, "deployed", ENTERED_AT)), None)

    assert watch["isStopping"]


def test_stopped_stack_that_went_back(session: Session, cloudformation: CannedCloudFormation) -> None:
    """It failed because its time was up."""
    cloudformation.answers("DescribeStacks", a_stack("UPDATE_ROLLBACK_COMPLETE"))
    ended = told(2, "shop", "UPDATE_ROLLBACK_COMPLETE")
    events = [ended, told(1, "Queue", "UPDATE_FAILED", "Resource update cancelled")]
    cloudformation.answers("DescribeStackEvents", {"StackEvents": events})

    with pytest.raises(StackTimedOut, match="60 minutes"):
        look(session, {**begun(STACK_ID, "deployed", ENTERED_AT), "isStopping": True})


def test_resources_of_a_deployed_stack(session: Session, cloudformation: CannedCloudFormation) -> None:
    """Outputs, but for secrets, and what is there are in the session; what was removed is not."""
    given = {"Url": "https://x", "DbPassword": "s3cr3t-W0rd", "Motto": "of a parameter"}
    package = {"secretOutputs": ["Motto", "Gone"]}
    outputs = [{"OutputKey": key, "OutputValue": value} for key, value in given.items()]
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", Outputs=outputs))
    found = [summary("Queue", "CREATE_COMPLETE"), summary("Old", "DELETE_COMPLETE")]
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": found})

    answer = collect_resources.handler(session.event(changeSet=change_set(), package=package), None)

    head = session.head
    assert answer["resourceCount"] == 1
    assert [each["logicalId"] for each in session.sessions.resources(session.id)] == ["Queue"]
    assert head["stackName"] == "shop"
    assert head["outputs"] == {"Url": "https://x", "DbPassword": "****", "Motto": "****"}


def test_removal(session: Session, cloudformation: CannedCloudFormation) -> None:
    """Events from before it are not told again; the stack's end is the removal's success."""
    before = told(1, "shop", "CREATE_COMPLETE")
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [before]})
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": []})
    cloudformation.answers("DeleteStack", {})

    watch = delete_stack.handler(session.event(stackId=STACK_ID), None)
    cloudformation.answers("DescribeStacks", a_stack("DELETE_COMPLETE"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [told(2, "shop", "DELETE_COMPLETE"), before]})
    after = look(session, watch, entered_at="2026-11-18T13:06:50.000Z")

    [asked] = cloudformation.asked("DeleteStack")
    assert (watch["wanted"], after["isSettled"]) == ("deleted", True)
    assert (asked["StackName"], asked["RoleARN"]) == (STACK_ID, "arn:aws:iam::123456789012:role/service")
    assert session.messages == [
        "CloudFormation begins to remove the stack",
        "shop (AWS::CloudFormation::Stack) DELETE_COMPLETE",
    ]


def test_removal_that_leaves_something(session: Session, cloudformation: CannedCloudFormation) -> None:
    """What the template keeps is told: a warning each, a list in the session, a number at the end."""
    skipped = told(2, "Queue", "DELETE_SKIPPED") | {"PhysicalResourceId": "shop-Queue-1A"}
    cloudformation.answers("DescribeStacks", a_stack("DELETE_IN_PROGRESS"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [skipped]})
    watch = look(session, begun(STACK_ID, "deleted", ENTERED_AT))
    more = told(3, "More", "DELETE_SKIPPED") | {"PhysicalResourceId": "shop-More-1A"}
    cloudformation.answers("DescribeStacks", a_stack("DELETE_COMPLETE"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": [more, skipped]})
    look(session, watch, entered_at="2026-11-18T13:06:50.000Z")

    retained = session.head["retainedResources"]
    assert [(each["logicalId"], each["physicalId"]) for each in retained] == [
        ("Queue", "shop-Queue-1A"),
        ("More", "shop-More-1A"),
    ]
    first = session.sessions.logs(session.id, None, 100)[0][0]
    assert (first["level"], first["message"]) == (
        "warning",
        "Queue (AWS::SQS::Queue) DELETE_SKIPPED, shop-Queue-1A stays in the account",
    )


def test_removal_that_fails(session: Session, cloudformation: CannedCloudFormation) -> None:
    """The resource that stays is the error."""
    cloudformation.answers("DescribeStacks", a_stack("DELETE_FAILED"))
    ended = told(2, "shop", "DELETE_FAILED", "The following resource(s) failed to delete: [Bucket].")
    events = [ended, told(1, "Bucket", "DELETE_FAILED", "The bucket is not empty")]
    cloudformation.answers("DescribeStackEvents", {"StackEvents": events})

    with pytest.raises(StackFailed, match=r"^Bucket: The bucket is not empty"):
        look(session, begun(STACK_ID, "deleted", ENTERED_AT))


@pytest.mark.parametrize("answer", [NO_STACK, a_stack("DELETE_COMPLETE"), a_stack("DELETE_IN_PROGRESS")])
def test_removal_of_what_is_gone_or_going(
    session: Session, cloudformation: CannedCloudFormation, answer: Any
) -> None:
    """Nothing is asked for a second time."""
    cloudformation.answers("DescribeStacks", answer)

    watch = delete_stack.handler(session.event(stackId=STACK_ID), None)

    assert watch["wanted"] == "deleted"
    assert "DeleteStack" not in cloudformation.operations


def test_removal_of_somebody_elses_stack(session: Session, cloudformation: CannedCloudFormation) -> None:
    """A stack without our tag is not removed, whatever the session says."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", is_ours=False))

    with pytest.raises(StackNotOurs):
        delete_stack.handler(session.event(stackId=STACK_ID), None)

    assert cloudformation.operations == ["DescribeStacks"]
