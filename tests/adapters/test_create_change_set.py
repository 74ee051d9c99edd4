"""CreateChangeSet: what is asked of CloudFormation, depending on the stack that is there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.cloudformation import (
    CHANGE_SET_ID,
    NO_STACK,
    STACK_ID,
    CannedCloudFormation,
    Http,
    Refusal,
    a_change_set,
    a_stack,
    tags_of,
)
from tests.session_table import NOW_MS, TABLE, a_head

import create_change_set
from deployer.aws.clients import client
from deployer.errors import PhysicalNameTaken, StackBeingCleared, StackNotOurs, StackNotReady, errors_of
from deployer.session import new_session_id

if TYPE_CHECKING:
    from tests.stack_session import Session

    from deployer.aws.artifacts import Artifacts

TEMPLATE = {"Parameters": {"Stage": {"Type": "String"}}, "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}
IDS = {"Id": CHANGE_SET_ID, "StackId": STACK_ID}


@pytest.fixture
def event(session: Session, artifacts: Artifacts, cloudformation: CannedCloudFormation) -> Any:
    """A package with all of its parameters; CloudFormation takes every change set."""
    key, _ = artifacts.publish_bytes(json.dumps(TEMPLATE).encode(), ".template.json")
    cloudformation.answers("CreateChangeSet", IDS)
    cloudformation.answers("DescribeChangeSet", Refusal("ChangeSetNotFound", "none"))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": []})
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": []})
    cloudformation.answers("DeleteStack", {})
    return session.event(
        request={"tags": {}, "keepFailedStack": False},
        source={"repository": "octo/hello", "commit": "a" * 40, "stackName": "shop"},
        package={
            "templateKey": key,
            "capabilities": ["CAPABILITY_IAM"],
            "parameters": {"Stage": "prod"},
            "tags": {"team": "blue"},
        },
    )


def test_first_deployment(session: Session, event: Any, cloudformation: CannedCloudFormation) -> None:
    """Without a stack it is a create, with the template by its address and all tags."""
    cloudformation.answers("DescribeStacks", NO_STACK)

    answer = create_change_set.handler(event, None)

    [asked] = cloudformation.asked("CreateChangeSet")
    assert (answer["changeSetId"], answer["type"], answer["waitSeconds"]) == (CHANGE_SET_ID, "CREATE", 1)
    assert asked["TemplateURL"].endswith(f"/artifacts/{event['package']['templateKey']}")
    assert asked["Parameters"] == [{"ParameterKey": "Stage", "ParameterValue": "prod"}]
    assert {tag["Key"]: tag["Value"] for tag in asked["Tags"]} == {
        "team": "blue",
        "ManagedBy": "GitHubLambdaDeployer",
        "DeploymentSessionId": session.id,
        "DeploymentRepository": "octo/hello",
        "DeploymentCommit": "a" * 40,
    }
    assert session.head["stage"] == "planning"


def test_later_deployment(event: Any, cloudformation: CannedCloudFormation) -> None:
    """A stack of ours is updated; a parameter that the stack keeps is asked for by name alone."""
    cloudformation.answers("DescribeStacks", a_stack("UPDATE_COMPLETE"))
    event["package"]["parameters"] = {"Stage": None}

    answer = create_change_set.handler(event, None)

    [asked] = cloudformation.asked("CreateChangeSet")
    assert answer["type"] == asked["ChangeSetType"] == "UPDATE"
    assert asked["Parameters"] == [{"ParameterKey": "Stage", "UsePreviousValue": True}]


def test_second_try(event: Any, cloudformation: CannedCloudFormation) -> None:
    """A try whose answer was lost left a change set: it is found and not made again."""
    cloudformation.answers("DescribeStacks", a_stack("REVIEW_IN_PROGRESS"))
    cloudformation.answers("DescribeChangeSet", a_change_set("CREATE_PENDING"))

    answer = create_change_set.handler(event, None)

    assert answer["changeSetId"] == CHANGE_SET_ID
    assert "CreateChangeSet" not in cloudformation.operations


@pytest.mark.parametrize(
    ("status", "is_asked"), [("ROLLBACK_COMPLETE", True), ("CREATE_FAILED", True), ("DELETE_IN_PROGRESS", False)]
)
def test_what_a_failed_create_left(
    event: Any, cloudformation: CannedCloudFormation, status: str, is_asked: bool
) -> None:
    """It is removed by its id, once; until it is gone the state machine tries again."""
    cloudformation.answers("DescribeStacks", a_stack(status))

    with pytest.raises(StackBeingCleared, match=status):
        create_change_set.handler(event, None)

    removed = [call["StackName"] for call in cloudformation.asked("DeleteStack")]
    assert removed == ([STACK_ID] if is_asked else [])


def test_stack_that_waits_for_an_earlier_change_set(event: Any, cloudformation: CannedCloudFormation) -> None:
    """It holds nothing: what an earlier session of ours left under review is taken for this one's create."""
    cloudformation.answers("DescribeStacks", a_stack("REVIEW_IN_PROGRESS", is_ours=False))
    cloudformation.answers("ListChangeSets", {"Summaries": [{"ChangeSetName": "session-earlier"}]})

    answer = create_change_set.handler(event, None)

    [asked] = cloudformation.asked("CreateChangeSet")
    assert answer["type"] == asked["ChangeSetType"] == "CREATE"


@pytest.mark.parametrize(
    ("status", "way_out"),
    [
        ("UPDATE_IN_PROGRESS", "deploy again when it has settled"),
        ("UPDATE_ROLLBACK_FAILED", "aws cloudformation continue-update-rollback --stack-name shop"),
        ("DELETE_FAILED", "remove the deployment again"),
        ("IMPORT_ROLLBACK_FAILED", "in the CloudFormation console"),
    ],
)
def test_stack_that_takes_no_change(
    event: Any, cloudformation: CannedCloudFormation, status: str, way_out: str
) -> None:
    """Its status is told with CloudFormation's reason and the way out, and nothing is done."""
    cloudformation.answers("DescribeStacks", a_stack(status, StackStatusReason="a bucket is not empty"))

    with pytest.raises(StackNotReady, match=rf"stack shop is {status} \(a bucket is not empty\): .*{way_out}"):
        create_change_set.handler(event, None)

    assert "DeleteStack" not in cloudformation.operations


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "ROLLBACK_COMPLETE"])
def test_stack_of_somebody_else(event: Any, cloudformation: CannedCloudFormation, status: str) -> None:
    """It is neither changed nor cleared."""
    cloudformation.answers("DescribeStacks", a_stack(status, is_ours=False))

    with pytest.raises(StackNotOurs):
        create_change_set.handler(event, None)

    assert cloudformation.operations == ["DescribeStacks"]


def test_stack_of_another_caller(event: Any, session: Session, cloudformation: CannedCloudFormation) -> None:
    """It is neither changed nor cleared; whose it is, is told by the session that its tag names."""
    earlier = new_session_id(NOW_MS - 1)
    session.sessions.create(a_head(earlier, caller="caller-2"))
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", Tags=tags_of(earlier)))

    with pytest.raises(StackNotOurs, match="stack shop was deployed by another caller"):
        create_change_set.handler(event, None)

    assert cloudformation.operations == ["DescribeStacks"]


@pytest.fixture
def names(event: Any, artifacts: Artifacts, cloudformation: CannedCloudFormation) -> Any:
    """The event with a template of those resources; nothing belongs to a stack."""
    cloudformation.answers("DescribeStackResources", Refusal("ValidationError", "Stack for x does not exist"))

    def given(resources: Any, **sections: Any) -> Any:
        key, _ = artifacts.publish_bytes(
            json.dumps({"Resources": resources, **sections}).encode(), ".template.json"
        )
        event["package"]["templateKey"] = key
        event["package"]["parameters"] = {}
        return event

    return given


def a_table(name: Any) -> Any:
    return {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}


def a_queue(name: str) -> Any:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


def test_names_that_are_taken(session: Session, names: Any, cloudformation: CannedCloudFormation) -> None:
    """All are told at once, with whose they are, and nothing is created: no change set, no stack."""
    cloudformation.answers("DescribeStacks", NO_STACK)
    client("sqs").create_queue(QueueName="orders")
    resources = {"Sessions": a_table(TABLE), "Orders": a_queue("orders"), "Free": a_table("free")}

    with pytest.raises(PhysicalNameTaken) as caught:
        create_change_set.handler(names(resources), None)

    assert [(each["field"], each["problem"]) for each in errors_of(caught.value.message)] == [
        ("Sessions", f"AWS::DynamoDB::Table {TABLE} exists, and no stack has it"),
        ("Orders", "AWS::SQS::Queue orders exists, and no stack has it"),
    ]
    assert "CreateChangeSet" not in cloudformation.operations
    assert session.head["stage"] != "planning"


def test_name_of_another_stack(names: Any, cloudformation: CannedCloudFormation) -> None:
    """The stack is named, and that it is one of ours; it is found by what CloudFormation calls the thing."""
    url = client("sqs").create_queue(QueueName="orders")["QueueUrl"]
    held = {"ResourceType": "AWS::SQS::Queue", "PhysicalResourceId": url, "LogicalResourceId": "Q"}
    owner = "arn:aws:cloudformation:us-east-1:123456789012:stack/other/9"
    resource = {**held, "StackId": owner, "StackName": "other", "ResourceStatus": "CREATE_COMPLETE"}
    cloudformation.answers("DescribeStackResources", {"StackResources": [{**resource, "Timestamp": 0}]})
    described = a_stack("CREATE_COMPLETE")["Stacks"][0] | {"StackId": owner, "StackName": "other"}
    cloudformation.answers("DescribeStacks", NO_STACK, {"Stacks": [described]})

    with pytest.raises(PhysicalNameTaken, match="belongs to stack other as Q, which this application made"):
        create_change_set.handler(names({"Orders": a_queue("orders")}), None)

    assert cloudformation.asked("DescribeStackResources") == [{"PhysicalResourceId": url}]


def test_names_of_the_stack_itself(names: Any, cloudformation: CannedCloudFormation) -> None:
    """What an update leaves as it is is no collision: it is not even looked at."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE"))
    summary = {
        "LogicalResourceId": "Sessions",
        "PhysicalResourceId": TABLE,
        "ResourceType": "AWS::DynamoDB::Table",
    }
    cloudformation.answers(
        "ListStackResources", {"StackResourceSummaries": [{**summary, "ResourceStatus": "CREATE_COMPLETE"}]}
    )

    answer = create_change_set.handler(names({"Sessions": a_table(TABLE)}), None)

    assert answer["type"] == "UPDATE"


def test_name_in_a_nested_stack(names: Any, artifacts: Artifacts, cloudformation: CannedCloudFormation) -> None:
    """A nested template's names are known from what it is given; the path leads to the resource."""
    cloudformation.answers("DescribeStacks", NO_STACK)
    child = {"Parameters": {"Name": {"Type": "String"}}, "Resources": {"Table": a_table({"Ref": "Name"})}}
    key, _ = artifacts.publish_bytes(json.dumps(child).encode(), ".template.json")
    properties = {"TemplateURL": artifacts.url(key), "Parameters": {"Name": TABLE}}

    with pytest.raises(
        PhysicalNameTaken, match=rf"taken: Data/Table: .* {TABLE} \(named by parameter Name\) exists"
    ):
        create_change_set.handler(
            names({"Data": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}}), None
        )


@pytest.mark.parametrize(
    ("code", "is_taken"), [("403", True), ("404", False), ("ThrottlingException", False), ("500", False)]
)
def test_bucket(names: Any, cloudformation: CannedCloudFormation, code: str, is_taken: bool) -> None:
    """One that we may not look into belongs to somebody else; one that nobody can tell of is a warning."""
    cloudformation.answers("DescribeStacks", NO_STACK)
    error = {"Error": {"Code": code, "Message": ""}}
    client("s3").meta.events.register_first("before-call.s3.HeadBucket", lambda **_: (Http(400), error))
    event = names({"Files": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "files"}}})

    if is_taken:
        with pytest.raises(PhysicalNameTaken, match="Files: AWS::S3::Bucket files exists in another account"):
            create_change_set.handler(event, None)
    else:
        assert create_change_set.handler(event, None)["type"] == "CREATE"


def test_look_that_is_refused(session: Session, names: Any, cloudformation: CannedCloudFormation) -> None:
    """It stops nothing: CloudFormation will find the name; the log says that nobody looked."""
    cloudformation.answers("DescribeStacks", NO_STACK)
    error = {"Error": {"Code": "AccessDeniedException", "Message": ""}}
    client("sqs").meta.events.register_first("before-call.sqs.GetQueueUrl", lambda **_: (Http(400), error))

    create_change_set.handler(names({"Orders": a_queue("orders")}), None)

    assert any("Orders: nobody could look whether AWS::SQS::Queue orders exists" in m for m in session.messages)


def test_template_without_names(event: Any, cloudformation: CannedCloudFormation) -> None:
    """Nothing is asked of any service."""
    cloudformation.answers("DescribeStacks", NO_STACK)

    create_change_set.handler(event, None)

    assert cloudformation.operations == [
        "DescribeStacks",
        "CreateChangeSet",
        "ListStackResources",
        "DescribeStackEvents",
    ]
