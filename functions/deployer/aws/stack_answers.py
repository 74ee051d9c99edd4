"""CloudFormation's answers as what the domain knows: stacks, changes, events, resources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployer.log_text import MAX_BYTES, clean
from deployer.redaction import without_secrets
from deployer.session import ChangeRecord
from deployer.stack.event import StackEvent
from deployer.stack.physical_id import is_custom_type, shown_id
from deployer.stack.resource import StackResource
from deployer.stack.stack import Stack, StackStatus

if TYPE_CHECKING:
    from collections.abc import Mapping


def stack(description: Mapping[str, Any]) -> Stack:
    """Of `Stack`, from DescribeStacks."""
    return Stack(
        stack_id=description["StackId"],
        name=description["StackName"],
        status=StackStatus(description["StackStatus"]),
        reason=description.get("StackStatusReason", ""),
        tags={tag["Key"]: tag["Value"] for tag in description.get("Tags", [])},
        outputs={output["OutputKey"]: output["OutputValue"] for output in description.get("Outputs", [])},
        parameters=dict(_parameter(parameter) for parameter in description.get("Parameters", [])),
    )


def _parameter(parameter: Mapping[str, Any]) -> tuple[str, str]:
    """Its value, and where that names one in Parameter Store, what it stood for."""
    return parameter["ParameterKey"], parameter.get("ResolvedValue", parameter.get("ParameterValue", ""))


def changes(answer: Mapping[str, Any]) -> list[ChangeRecord]:
    """Of DescribeChangeSet: hooks are left out."""
    return [_change(each["ResourceChange"]) for each in answer["Changes"] if "ResourceChange" in each]


def _change(resource: Mapping[str, Any]) -> ChangeRecord:
    return ChangeRecord(
        action=resource["Action"],
        logicalId=resource["LogicalResourceId"],
        type=resource["ResourceType"],
        physicalId=shown_id(resource["ResourceType"], resource.get("PhysicalResourceId", "")),
        replacement=resource.get("Replacement", ""),
    )


def event(event: Mapping[str, Any]) -> StackEvent:
    """Of `StackEvent`, from DescribeStackEvents. What an event may lack is an empty text."""
    return StackEvent(
        event_id=event["EventId"],
        stack_id=event["StackId"],
        stack_name=event["StackName"],
        logical_id=event.get("LogicalResourceId", ""),
        physical_id=event.get("PhysicalResourceId", ""),
        type=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=_reason(event),
        at=event["Timestamp"],
    )


def _reason(event: Mapping[str, Any]) -> str:
    """Of a custom resource it is what a stranger's function says."""
    reason = str(event.get("ResourceStatusReason", ""))
    is_custom = is_custom_type(str(event.get("ResourceType", "")))
    return without_secrets(reason, MAX_BYTES) if is_custom else clean(reason)


def refusal(event: Mapping[str, Any]) -> StackEvent:
    """Of `OperationEvent`, from DescribeEvents, of type VALIDATION_ERROR: what early validation refused."""
    path = event.get("ValidationPath", "")
    reason = event.get("ValidationStatusReason") or event.get("ResourceStatusReason", "")
    return StackEvent(
        event_id=event["EventId"],
        stack_id=event["StackId"],
        stack_name="",
        logical_id=event.get("LogicalResourceId", ""),
        physical_id=event.get("PhysicalResourceId", ""),
        type=event.get("ResourceType", ""),
        status="VALIDATION_FAILED",
        reason=clean(f"{reason} (at {path})" if path else reason),
        at=event["Timestamp"],
    )


def resource(stack_id: str, summary: Mapping[str, Any]) -> StackResource:
    """Of `StackResourceSummary`, from ListStackResources of that stack."""
    return StackResource(
        stack_id=stack_id,
        logical_id=summary["LogicalResourceId"],
        physical_id=summary.get("PhysicalResourceId", ""),
        type=summary["ResourceType"],
        status=summary["ResourceStatus"],
    )
