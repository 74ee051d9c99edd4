"""deployer.aws.stacks: what is asked of CloudFormation, what comes back, and each of its refusals translated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from tests.cloudformation import (
    CHANGE_SET_ID,
    NO_STACK,
    STACK_ID,
    CannedCloudFormation,
    Refusal,
    a_change,
    a_change_set,
    a_stack,
)

from deployer.aws import stack_answers
from deployer.aws.clients import client
from deployer.aws.stack_errors import translated
from deployer.aws.stacks import Stacks
from deployer.errors import (
    ChangeSetFailed,
    CloudFormationUnavailable,
    ParametersInvalid,
    StackGone,
    StackNotOurs,
    StackNotReady,
    TemplateInvalid,
)
from deployer.stack.change_set import ChangeSetRequest, Kind
from deployer.stack.stack import StackStatus

if TYPE_CHECKING:
    from collections.abc import Callable

ROLE = "arn:aws:iam::123456789012:role/service"
CHILD_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop-Inner/3333"
IDS = {"Id": CHANGE_SET_ID, "StackId": STACK_ID}


@pytest.fixture
def stacks(aws: None) -> Stacks:
    return Stacks(ROLE)


def a_request(kind: Kind = "CREATE", *, keep_failed_stack: bool = False) -> ChangeSetRequest:
    return ChangeSetRequest(
        session_id="0192-x",
        stack_name="shop",
        kind=kind,
        template_url="https://s3.us-east-1.amazonaws.com/artifacts/packages/t.json",
        capabilities=["CAPABILITY_IAM"],
        parameters=[{"ParameterKey": "Stage", "UsePreviousValue": True}],
        tags={"team": "blue"},
        keep_failed_stack=keep_failed_stack,
    )


def told(
    number: int, *, stack_id: str = STACK_ID, type: str = "AWS::SQS::Queue", physical_id: str = ""
) -> dict[str, Any]:
    """One of DescribeStackEvents."""
    return {
        "EventId": f"{stack_id[-4:]}-{number}",
        "StackId": stack_id,
        "StackName": "shop",
        "LogicalResourceId": "Queue",
        "ResourceType": type,
        "PhysicalResourceId": physical_id,
        "ResourceStatus": "CREATE_IN_PROGRESS",
        "Timestamp": datetime(2026, 11, 18, tzinfo=UTC) + timedelta(seconds=number),
    }


def test_stack_that_is_there(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """Status, tags, outputs and the names of its parameters are known."""
    outputs = [{"OutputKey": "Url", "OutputValue": "https://x"}]
    parameters = [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", Outputs=outputs, Parameters=parameters))

    stack = stacks.describe("shop")

    assert stack is not None
    assert (stack.status, stack.stack_id) == (StackStatus.CREATE_COMPLETE, STACK_ID)
    assert stack.is_ours
    assert stack.outputs == {"Url": "https://x"}
    assert set(stack.parameters) == {"Stage"}


def test_stack_that_is_not_there(stacks: Stacks) -> None:
    """No stack is an answer, not an error."""
    assert stacks.describe("shop") is None


def test_stack_of_somebody_else(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """It is refused by its name, and nothing but its description is asked for."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", is_ours=False))

    with pytest.raises(StackNotOurs, match="stack shop exists"):
        stacks.ours("shop")

    assert cloudformation.operations == ["DescribeStacks"]


@pytest.mark.parametrize(
    ("names", "is_ours"), [(["session-1"], True), (["session-1", "theirs"], False), ([], False)]
)
def test_stack_that_awaits_a_change_set(
    stacks: Stacks, cloudformation: CannedCloudFormation, names: list[str], is_ours: bool
) -> None:
    """Before its change set is executed a stack may lack our tag: then its change sets say whose it is."""
    cloudformation.answers("DescribeStacks", a_stack("REVIEW_IN_PROGRESS", is_ours=False))
    cloudformation.answers("ListChangeSets", {"Summaries": [{"ChangeSetName": name} for name in names]})

    if is_ours:
        assert stacks.ours("shop") is not None
    else:
        with pytest.raises(StackNotOurs):
            stacks.ours("shop")


@pytest.mark.parametrize(
    ("kind", "keep", "expected"),
    [("CREATE", False, "DELETE"), ("CREATE", True, "DO_NOTHING"), ("UPDATE", False, None)],
)
def test_change_set_that_is_asked_for(
    stacks: Stacks, cloudformation: CannedCloudFormation, kind: Kind, keep: bool, expected: str | None
) -> None:
    """Named after the session, with the service role; a failed create is removed unless it is to be kept."""
    cloudformation.answers("CreateChangeSet", IDS)

    ids = stacks.create_change_set(a_request(kind, keep_failed_stack=keep))

    [asked] = cloudformation.asked("CreateChangeSet")
    assert (ids.change_set_id, ids.stack_id) == (CHANGE_SET_ID, STACK_ID)
    assert (asked["ChangeSetName"], asked["ClientToken"]) == ("session-0192-x", "0192-x")
    assert (asked["RoleARN"], asked["IncludeNestedStacks"]) == (ROLE, True)
    assert asked["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert asked.get("OnStackFailure") == expected


def test_change_set_that_exists(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """A request that is made again finds the change set of the first."""
    exists = Refusal("AlreadyExistsException", "ChangeSet session-0192-x already exists")
    cloudformation.answers("CreateChangeSet", exists)
    cloudformation.answers("DescribeChangeSet", a_change_set("CREATE_PENDING"))

    ids = stacks.create_change_set(a_request())

    assert (ids.change_set_id, ids.stack_id) == (CHANGE_SET_ID, STACK_ID)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Refusal("ValidationError", "Stack [shop] does not exist"), StackGone),
        (
            Refusal("ValidationError", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated."),
            StackNotReady,
        ),
        (
            Refusal("ValidationError", "Stack [arn] cannot be deleted while in status UPDATE_IN_PROGRESS"),
            StackNotReady,
        ),
        (Refusal("ValidationError", "Parameters: [Vpc] must have values"), ParametersInvalid),
        (Refusal("ValidationError", "Template format error: Unresolved resource dependencies"), TemplateInvalid),
        (Refusal("ValidationError", "Role arn is invalid or cannot be assumed"), ChangeSetFailed),
        (Refusal("InsufficientCapabilitiesException", "Requires capabilities"), ChangeSetFailed),
        (Refusal("LimitExceededException", "ChangeSet limit exceeded"), ChangeSetFailed),
        (Refusal("Throttling", "Rate exceeded"), CloudFormationUnavailable),
        (Refusal("AccessDenied", "User is not authorized"), ClientError),
    ],
)
def test_refusals(
    stacks: Stacks, cloudformation: CannedCloudFormation, refusal: Refusal, error: type[Exception]
) -> None:
    """Each is told as what it means to the caller; what concerns this application's rights stays as it is."""
    cloudformation.answers("CreateChangeSet", refusal)

    with pytest.raises(error) as raised:
        stacks.create_change_set(a_request())

    assert refusal.message in str(raised.value)


def test_connection_that_times_out() -> None:
    """No answer is worth a retry, and is no failure of the stack."""
    with pytest.raises(CloudFormationUnavailable), translated():
        raise ReadTimeoutError(endpoint_url="https://cloudformation")


def test_changes_over_several_pages(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """All of them are read."""
    cloudformation.answers(
        "DescribeChangeSet",
        a_change_set("CREATE_COMPLETE", Changes=[a_change("A")], NextToken="more"),
        a_change_set("CREATE_COMPLETE", Changes=[a_change("B"), {"Type": "Hook"}]),
    )

    found = stacks.describe_change_set(CHANGE_SET_ID)

    assert [change["logicalId"] for change in found.changes] == ["A", "B"]
    assert cloudformation.asked("DescribeChangeSet")[1]["NextToken"] == "more"


def test_change_set_that_was_executed_before(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """A retry of the execution is no error; a change set that cannot be executed is one."""
    refusal = Refusal("InvalidChangeSetStatus", "ChangeSet cannot be executed in its current status")
    moving = Refusal("ValidationError", "Stack:arn is in UPDATE_IN_PROGRESS state and can not be updated.")
    cloudformation.answers("ExecuteChangeSet", moving, refusal)
    cloudformation.answers(
        "DescribeChangeSet",
        a_change_set("CREATE_COMPLETE", ExecutionStatus="EXECUTE_IN_PROGRESS"),
        a_change_set("CREATE_COMPLETE", ExecutionStatus="EXECUTE_IN_PROGRESS"),
        a_change_set("CREATE_COMPLETE", ExecutionStatus="OBSOLETE"),
    )

    stacks.execute(CHANGE_SET_ID, "token")
    stacks.execute(CHANGE_SET_ID, "token")
    with pytest.raises(ChangeSetFailed):
        stacks.execute(CHANGE_SET_ID, "token")


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("ExecuteChangeSet", lambda stacks: stacks.execute(CHANGE_SET_ID, "token")),
        ("DeleteStack", lambda stacks: stacks.delete(STACK_ID, "token")),
        ("CancelUpdateStack", lambda stacks: stacks.cancel_update(STACK_ID, "token")),
    ],
)
def test_token_that_was_used(
    stacks: Stacks, cloudformation: CannedCloudFormation, operation: str, call: Callable[[Stacks], None]
) -> None:
    """The same request again is done already."""
    cloudformation.answers(operation, Refusal("TokenAlreadyExistsException", "token"))

    call(stacks)

    assert cloudformation.asked(operation)[0]["ClientRequestToken"] == "token"


def test_change_set_and_stack_that_are_gone(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """Discarding what is not there is done."""
    cloudformation.answers("DeleteChangeSet", Refusal("ChangeSetNotFound", "gone"))
    cloudformation.answers("DescribeStacks", NO_STACK)

    stacks.discard(CHANGE_SET_ID, STACK_ID)

    assert "DeleteStack" not in cloudformation.operations


@pytest.mark.parametrize(("status", "is_removed"), [("REVIEW_IN_PROGRESS", True), ("UPDATE_COMPLETE", False)])
def test_stack_of_a_discarded_change_set(
    stacks: Stacks, cloudformation: CannedCloudFormation, status: str, is_removed: bool
) -> None:
    """Only a stack that holds nothing goes with its change set."""
    cloudformation.answers("DeleteChangeSet", {})
    cloudformation.answers("DescribeStacks", a_stack(status))
    cloudformation.answers("DeleteStack", {})

    stacks.discard(CHANGE_SET_ID, STACK_ID)

    assert ("DeleteStack" in cloudformation.operations) is is_removed


def test_events_up_to_a_known_one(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """They are oldest first, and pages behind the known one are not read."""
    cloudformation.answers(
        "DescribeStackEvents",
        {"StackEvents": [told(5), told(4)], "NextToken": "more"},
        {"StackEvents": [told(3), told(2), told(1)], "NextToken": "never"},
    )

    found = stacks.events(STACK_ID, after="1111-2")

    assert [event.event_id for event in found] == ["1111-3", "1111-4", "1111-5"]
    assert len(cloudformation.asked("DescribeStackEvents")) == 2


def test_events_of_nested_stacks(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """A nested stack is followed as soon as an event names it, and all are told in the order of time."""
    names_child = told(1, type="AWS::CloudFormation::Stack", physical_id=CHILD_ID)
    cloudformation.answers(
        "DescribeStackEvents",
        {"StackEvents": [told(3), names_child]},
        {"StackEvents": [told(2, stack_id=CHILD_ID)]},
    )

    found = stacks.events_since(STACK_ID, {})

    assert [event.event_id for event in found] == ["1111-1", "3333-2", "1111-3"]


def test_events_of_a_stack_that_is_unknown(stacks: Stacks) -> None:
    """None, and no error: there is nothing to tell."""
    assert stacks.events_since(STACK_ID, {}) == []


def test_what_early_validation_refused(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """Its reasons, with the place in the template, without the other failed events."""
    common = {"StackId": STACK_ID, "Timestamp": datetime(2026, 11, 18, tzinfo=UTC)}
    refused = {
        "EventId": "1",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "Bucket",
        "ValidationStatusReason": "it already exists",
        "ValidationPath": "/Resources/Bucket",
    }
    events = [{"EventId": "2", "EventType": "STACK_EVENT"} | common, refused | common]
    cloudformation.answers("DescribeEvents", {"OperationEvents": events})

    [found] = stacks.refusals(change_set_id=CHANGE_SET_ID)

    assert found.text == "Bucket () VALIDATION_FAILED: it already exists (at /Resources/Bucket)"
    assert cloudformation.asked("DescribeEvents") == [
        {"ChangeSetName": CHANGE_SET_ID, "Filters": {"FailedEvents": True}}
    ]


def test_resources_of_nested_stacks(stacks: Stacks, cloudformation: CannedCloudFormation) -> None:
    """Over pages and levels, each with the stack that holds it."""

    def summary(logical_id: str, type: str = "AWS::SQS::Queue", physical_id: str = "q") -> dict[str, str]:
        ids = {"LogicalResourceId": logical_id, "PhysicalResourceId": physical_id}
        return {**ids, "ResourceType": type, "ResourceStatus": "CREATE_COMPLETE"}

    nested = summary("Inner", "AWS::CloudFormation::Stack", CHILD_ID)
    cloudformation.answers(
        "ListStackResources",
        {"StackResourceSummaries": [nested], "NextToken": "more"},
        {"StackResourceSummaries": [summary("Queue")]},
        {"StackResourceSummaries": [summary("Deep")]},
    )

    found = stacks.resources(STACK_ID)

    assert [(each.logical_id, each.stack_id) for each in found] == [
        ("Inner", STACK_ID),
        ("Queue", STACK_ID),
        ("Deep", CHILD_ID),
    ]


def test_buckets_that_go_with_their_stack(stacks: Stacks) -> None:
    """A bucket that its DeletionPolicy keeps is not among them."""
    body = """{"Resources": {
        "Kept": {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": "kept"}},
        "Going": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "going"}},
        "Queue": {"Type": "AWS::SQS::Queue"}
    }}"""
    stack_id = client("cloudformation").create_stack(StackName="shop", TemplateBody=body)["StackId"]

    found = stacks.removed_buckets(stack_id)

    assert [bucket.physical_id for bucket in found] == ["going"]


def test_reason_of_a_custom_resource() -> None:
    """What a stranger's function says is kept without its secrets; what AWS says keeps its words."""
    said = {
        "EventId": "1",
        "StackId": STACK_ID,
        "StackName": "shop",
        "Timestamp": datetime(2026, 1, 1, tzinfo=UTC),
    }
    reason = "password=correct-horse AKIA" + "IOSFODNN7EXAMPLE \x1b[2J"

    custom = stack_answers.event({**said, "ResourceType": "Custom::Seed", "ResourceStatusReason": reason})
    own = stack_answers.event({**said, "ResourceType": "AWS::RDS::DBInstance", "ResourceStatusReason": reason})

    assert custom.reason == "password=**** AKIAIOSF************ "
    assert own.reason == "password=correct-horse AKIAIOSF************ "
