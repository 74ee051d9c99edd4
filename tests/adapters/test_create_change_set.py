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
    Refusal,
    a_change_set,
    a_stack,
    tags_of,
)
from tests.session_table import NOW_MS, a_head

import create_change_set
from deployer.errors import StackBeingCleared, StackNotOurs, StackNotReady
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
        request={"parameters": {}, "tags": {}, "keepFailedStack": False},
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


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "DELETE_FAILED"])
def test_stack_that_takes_no_change(event: Any, cloudformation: CannedCloudFormation, status: str) -> None:
    """Its status is told, and nothing is done."""
    cloudformation.answers("DescribeStacks", a_stack(status))

    with pytest.raises(StackNotReady, match=status):
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
    session.sessions.create(a_head(earlier, caller="caller-2"), None)
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", Tags=tags_of(earlier)))

    with pytest.raises(StackNotOurs, match="stack shop was deployed by another caller"):
        create_change_set.handler(event, None)

    assert cloudformation.operations == ["DescribeStacks"]
