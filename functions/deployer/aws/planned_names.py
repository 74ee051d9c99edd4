"""The physical names that a deployment gives to what it makes new, those of nested stacks among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployer.aws.clients import client
from deployer.sanity.identity import Place
from deployer.template.physical_name import Deployment, known_parameters, may_give_names, physical_names
from deployer.worker import MAX_TEXT_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.aws.artifacts import Artifacts
    from deployer.aws.stacks import Stacks
    from deployer.stack.resource import StackResource
    from deployer.stack.stack import Stack
    from deployer.template.physical_name import Nested, PhysicalName
    from deployer.template.template import Template


def place_of(role_arn: str) -> Place:
    """Where this application deploys: the account of its role, in the region of its clients."""
    _, partition, _, _, account_id, *_ = role_arn.split(":")
    return Place(partition=partition, region=client("s3").meta.region_name, account_id=account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNames:
    """`stack` is the one that is updated; None where one is made."""

    artifacts: Artifacts
    stacks: Stacks
    place: Place
    stack_name: str
    stack: Stack | None

    def of(self, template: Template, parameters: Mapping[str, str | None]) -> list[PhysicalName]:
        """Every new name that is known. A parameter that is None keeps the value that the stack has.

        Nothing is asked of AWS for a template that cannot give any."""
        if not may_give_names(template):
            return []
        there = self.stacks.resources(self.stack.stack_id) if self.stack else []
        previous = self.stack.parameters if self.stack else {}
        given = {name: previous.get(name) if value is None else value for name, value in parameters.items()}
        root = Deployment(
            template=template,
            place=self.place,
            name=self.stack_name,
            stack_id=self.stack.stack_id if self.stack else "",
            parameters=known_parameters(template, given),
            resources=[each for each in there if self.stack and each.stack_id == self.stack.stack_id],
        )
        return list(self._all(root, there, ""))

    def _all(self, deployment: Deployment, there: list[StackResource], path: str) -> Iterator[PhysicalName]:
        names, nested = physical_names(deployment)
        for each in names:
            yield each.below(path)
        for child in nested:
            template = self._template(child.template_url)
            if template is not None and may_give_names(template):
                yield from self._all(self._child(child, template, there), there, f"{path}{child.logical_id}/")

    def _child(self, child: Nested, template: Template, there: list[StackResource]) -> Deployment:
        return Deployment(
            template=template,
            place=self.place,
            name=child.stack_id.split("/")[1] if child.stack_id else "",
            stack_id=child.stack_id,
            parameters=known_parameters(template, child.parameters),
            resources=[each for each in there if child.stack_id and each.stack_id == child.stack_id],
        )

    def _template(self, url: str) -> Template | None:
        """One of our packages; None for a template of somebody else."""
        start = self.artifacts.url("")
        if not url.startswith(start):
            return None
        template: dict[str, Any] = json.loads(self.artifacts.get(url.removeprefix(start), MAX_TEXT_BYTES))
        return template
