"""deployer.stack.resource: what is there, and what outlives its stack."""

from __future__ import annotations

import pytest

from deployer.stack.resource import StackResource, outlives_its_stack


def resource(physical_id: str, status: str) -> StackResource:
    return StackResource(
        stack_id="arn:root",
        logical_id="X",
        physical_id=physical_id,
        type="AWS::CloudFormation::Stack",
        status=status,
    )


def test_resource_that_is_not_there() -> None:
    """Neither one that was never made nor one that was removed is there, or looked into."""
    there = [
        resource("arn:1", "UPDATE_COMPLETE"),
        resource("", "CREATE_FAILED"),
        resource("arn:2", "DELETE_COMPLETE"),
    ]

    assert [each.is_there for each in there] == [True, False, False]
    assert [each.is_nested_stack for each in there] == [True, False, False]


def test_resource_of_somebody_else() -> None:
    """A create that failed, since the name was taken, names what is not the stack's."""
    assert not resource("taken", "CREATE_FAILED").was_made
    assert resource("ours", "UPDATE_FAILED").was_made


@pytest.mark.parametrize(
    ("template", "stays"),
    [
        ({"Resources": {"X": {"DeletionPolicy": "Retain"}}}, True),
        ({"Resources": {"X": {"DeletionPolicy": "RetainExceptOnCreate"}}}, True),
        ({"Resources": {"X": {"DeletionPolicy": "Delete"}}}, False),
        ({"Resources": {"X": {}}}, False),
        ({}, False),
    ],
)
def test_deletion_policy(template: dict[str, object], stays: bool) -> None:
    """What its policy keeps is not ours to empty."""
    assert outlives_its_stack("X", template) is stays
