"""deployer.stack.stack: statuses decided, names and tags made."""

from __future__ import annotations

import re

import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from deployer.session import new_session_id
from deployer.stack.stack import (
    MAX_GIVEN_TAGS,
    RESERVED_TAGS,
    Stack,
    StackStatus,
    stack_name,
    tag_problem,
    tags,
)

SESSION = new_session_id(1_795_000_000_000)


def test_every_status_of_the_api() -> None:
    """AWS's own service model and our list have the same statuses."""
    model = get_session().get_service_model("cloudformation")

    known = set(model.shape_for("StackStatus").metadata["enum"])

    assert known == set(StackStatus)


@pytest.mark.parametrize("status", StackStatus)
def test_every_status_is_decided(status: StackStatus) -> None:
    """A status is moving, or exactly one of succeeded, failed and gone; and it allows at most one next act."""
    ends = [status.is_succeeded, status.is_failed, status.is_gone]
    acts = [
        status.may_be_created,
        status.may_be_updated,
        status.must_be_cleared,
        status.must_be_repaired,
    ]

    assert sum(ends) == int(status.is_settled)
    assert sum(acts) <= 1


@pytest.mark.parametrize("status", [status for status in StackStatus if status.endswith("IN_PROGRESS")])
def test_work_in_progress_has_not_settled(status: StackStatus) -> None:
    """What CloudFormation calls in progress is waited for."""
    assert not status.is_settled


@pytest.mark.parametrize("status", [status for status in StackStatus if "ROLLBACK" in status])
def test_no_rollback_is_a_success(status: StackStatus) -> None:
    """ROLLBACK_COMPLETE and its kind end in COMPLETE, and are failures."""
    assert not status.is_succeeded
    assert status.is_failed == status.is_settled


def test_failed_first_create_must_be_cleared() -> None:
    """What a failed create left takes nothing but its removal; REVIEW_IN_PROGRESS takes another change set."""
    cleared = {status for status in StackStatus if status.must_be_cleared}

    assert cleared == {"CREATE_FAILED", "ROLLBACK_FAILED", "ROLLBACK_COMPLETE", "DELETE_IN_PROGRESS"}
    assert StackStatus.REVIEW_IN_PROGRESS.may_be_created


def test_stack_without_our_tag() -> None:
    """A stack is ours by its tag alone, not by its name."""
    stack_id = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"
    theirs = Stack(stack_id=stack_id, name="shop", status=StackStatus.CREATE_COMPLETE)
    ours = Stack(
        stack_id=stack_id,
        name="shop",
        status=StackStatus.CREATE_COMPLETE,
        tags={"ManagedBy": "GitHubLambdaDeployer"},
    )

    assert not theirs.is_ours
    assert ours.is_ours


@pytest.mark.parametrize(
    ("root", "repository", "slug"),
    [
        ("", "octo/hello-world", "hello-world"),
        ("services/Order_API", "octo/shop", "order-api"),
        ("", "octo/2048", "stack-2048"),
        ("", "octo/---", "stack"),
        ("", "octo/a-repository-with-a-very-long-name", "a-repository-with-a-very"),
        ("", "octo/exactly-twenty-three-ch-x", "exactly-twenty-three-ch"),
    ],
)
def test_stack_name_of_a_project(root: str, repository: str, slug: str) -> None:
    """It says what it holds, at most 24 characters of it, and ends with the id's random end."""
    assert stack_name(root, repository, SESSION) == f"{slug}-{SESSION[-8:]}"


@given(st.text(), st.text())
def test_stack_name_of_any_text(root: str, repository: str) -> None:
    """CloudFormation takes whatever comes out (API reference, CreateStack, StackName)."""
    name = stack_name(root, repository, SESSION)

    assert re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name, re.ASCII)
    assert len(name) <= 33


def test_given_tags_and_ours() -> None:
    """Given tags are kept; ours win over given ones of the same name."""
    given_tags = {"team": "blue", "ManagedBy": "me"}

    made = tags(SESSION, given_tags, repository="octo/hello", commit="a" * 40, current={})

    assert made == {
        "team": "blue",
        "ManagedBy": "GitHubLambdaDeployer",
        "DeploymentSessionId": SESSION,
        "DeploymentRepository": "octo/hello",
        "DeploymentCommit": "a" * 40,
    }


def test_tags_of_a_stack_that_is_updated() -> None:
    """It keeps the session that made it, so that the same commit again changes nothing."""
    made = tags(SESSION, {}, repository="octo/hello", commit="a" * 40, current={"DeploymentSessionId": "earlier"})

    assert made["DeploymentSessionId"] == "earlier"


def test_our_own_tags_are_legal() -> None:
    """What we set passes CloudFormation's own rule, and leaves room for 46 others."""
    made = tags(SESSION, {}, repository="octo/a.b_c-d", commit="a" * 40, current={})

    assert set(made) == RESERVED_TAGS
    assert all(tag_problem(f"x{key}", value) is None for key, value in made.items())
    assert MAX_GIVEN_TAGS == 46


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ManagedBy", "x"),
        ("aws:x", "x"),
        ("AWS:x", "x"),
        ("", "x"),
        ("k" * 129, "x"),
        ("k", "v" * 257),
        ("k", "<b>"),
        ("k\0", ""),
    ],
)
def test_tag_that_is_refused(key: str, value: str) -> None:
    """Reserved names, other characters and lengths are told before CloudFormation refuses them."""
    assert tag_problem(key, value)
