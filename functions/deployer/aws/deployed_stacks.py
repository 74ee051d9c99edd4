"""A stack as sanity tests see it: its resources and those of nested stacks, with properties as they came out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.errors import TargetNotFound
from deployer.sanity.identity import Place
from deployer.sanity.resolve import Resolver, StackFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.aws.stacks import Stacks
    from deployer.sanity.deployed import DeployedRecord, DeployedResource
    from deployer.stack.resource import StackResource
    from deployer.stack.stack import Stack


def stack_record(stacks: Stacks, stack_id: str, own_stack_id: str) -> DeployedRecord:
    """Everything that the stack holds, but nothing of this application's own stack, which may be nested in it.

    Raises TargetNotFound when it is gone.
    """
    stack = _described(stacks, stack_id)
    by_stack: dict[str, list[StackResource]] = {}
    for resource in (each for each in stacks.resources(stack_id) if each.stack_id != own_stack_id):
        by_stack.setdefault(resource.stack_id, []).append(resource)
    place = _place(stack)
    return {
        "name": stack.name,
        "partition": place.partition,
        "region": place.region,
        "accountId": place.account_id,
        "resources": list(_resources(stacks, stack, by_stack, "")),
    }


def _resources(
    stacks: Stacks, stack: Stack, by_stack: dict[str, list[StackResource]], path: str
) -> Iterator[DeployedResource]:
    """The stack's own resources, and behind each nested stack those that it holds."""
    own = [resource for resource in by_stack.get(stack.stack_id, []) if resource.is_there]
    nested = {each.logical_id: _described(stacks, each.physical_id) for each in own if each.is_nested_stack}
    resolver = _resolver(stacks, stack, own, nested)
    for resource in own:
        logical_id = path + resource.logical_id
        yield {
            "logicalId": logical_id,
            "type": resource.type,
            "physicalId": resource.physical_id,
            "properties": resolver.properties(resource.logical_id),
        }
        if resource.logical_id in nested:
            yield from _resources(stacks, nested[resource.logical_id], by_stack, f"{logical_id}/")


def _resolver(stacks: Stacks, stack: Stack, own: list[StackResource], nested: dict[str, Stack]) -> Resolver:
    facts = StackFacts(
        stack_id=stack.stack_id,
        name=stack.name,
        place=_place(stack),
        parameters=stack.parameters,
        physical_ids={resource.logical_id: resource.physical_id for resource in own},
        nested_outputs={logical_id: child.outputs for logical_id, child in nested.items()},
    )
    return Resolver(stacks.template(stack.stack_id), facts)


def _described(stacks: Stacks, stack_id: str) -> Stack:
    stack = stacks.describe(stack_id)
    if stack is None or stack.status.is_gone:
        raise TargetNotFound(f"stack {stack_id} is gone")
    return stack


def _place(stack: Stack) -> Place:
    _, partition, _, region, account_id, *_ = stack.stack_id.split(":")
    return Place(partition=partition, region=region, account_id=account_id)
