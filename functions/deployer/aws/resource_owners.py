"""Which stack of CloudFormation a thing belongs to, told by its physical id."""

from __future__ import annotations

from typing import Any, Final

from deployer.aws import stack_answers
from deployer.aws.clients import client
from deployer.aws.stack_errors import translated
from deployer.errors import ChangeSetFailed, StackGone
from deployer.stack.taken_name import Owner, Unowned
from deployer.template.named_types import is_named

_LEFT: Final = frozenset({"DELETE_SKIPPED", "DELETE_COMPLETE"})


def owner_of(resource_type: str, name: str, physical_id: str) -> Owner | Unowned:
    """Raises CloudFormationUnavailable, and ClientError when we may not ask.

    Two things of different types may share a physical id, and CloudFormation tells of one of them alone
    (aws-cloudformation/cloudformation-coverage-roadmap issue 998): where that is another, the owner is not told.
    """
    try:
        with translated():
            answer = client("cloudformation").describe_stack_resources(PhysicalResourceId=physical_id)
    except (StackGone, ChangeSetFailed):
        return Unowned.NO_STACK
    for each in answer["StackResources"]:
        if each["ResourceType"] == resource_type and is_named(each.get("PhysicalResourceId", ""), name):
            return _owner(each)
    return Unowned.NOT_TOLD


def _owner(resource: dict[str, Any]) -> Owner:
    with translated():
        [described] = client("cloudformation").describe_stacks(StackName=resource["StackId"])["Stacks"]
    root_id = described.get("RootId", described["StackId"])
    return Owner(
        stack_name=described["StackName"],
        logical_id=resource["LogicalResourceId"],
        root_name=root_id.split("/")[1],
        root_id=root_id,
        is_ours=stack_answers.stack(described).is_ours,
        has_let_go=resource["ResourceStatus"] in _LEFT,
    )
