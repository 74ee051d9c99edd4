"""What the emulator leaves out of an API that a template describes is added once its stack has settled."""

from __future__ import annotations

import json
import logging
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from deployer.sanity.identity import Place
from deployer.sanity.resolve import Resolver, StackFacts
from local.http_apis import HttpApis
from local.rest_apis import RestApis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.platform import Platform

POLL_SECONDS: Final = 0.5
_STATUSES: Final = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]

logger = logging.getLogger(__name__)


class ApiBodies:
    """Each look completes the APIs of the stacks that have settled since the last one."""

    def __init__(self, platform: Platform) -> None:
        self._cloudformation: Any = platform.client("cloudformation")
        self._complete = {
            "AWS::ApiGateway::RestApi": RestApis(platform).complete,
            "AWS::ApiGatewayV2::Api": HttpApis(platform).complete,
        }
        self._seen: set[tuple[str, str]] = set()

    def look(self) -> None:
        pages = self._cloudformation.get_paginator("list_stacks").paginate(StackStatusFilter=_STATUSES)
        for stack in [each for page in pages for each in page["StackSummaries"]]:
            version = stack["StackId"], str(stack.get("LastUpdatedTime", stack["CreationTime"]))
            if version not in self._seen:
                self._seen.add(version)
                self._look_into(stack["StackId"])

    def _look_into(self, stack_id: str) -> None:
        answer = self._cloudformation.describe_stack_resources(StackName=stack_id)
        resources = [each for each in answer["StackResources"] if "PhysicalResourceId" in each]
        apis = [each for each in resources if each["ResourceType"] in self._complete]
        if not apis:
            return
        stack = self._cloudformation.describe_stacks(StackName=stack_id)["Stacks"][0]
        template = self._cloudformation.get_template(StackName=stack_id, TemplateStage="Processed")
        resolver = Resolver(_parsed(template["TemplateBody"]), _facts(stack, resources))
        for api in apis:
            complete = self._complete[api["ResourceType"]]
            complete(api["PhysicalResourceId"], resolver.properties(api["LogicalResourceId"]))


def _facts(stack: Mapping[str, Any], resources: list[dict[str, Any]]) -> StackFacts:
    _, partition, _, region, account_id, *_ = stack["StackId"].split(":")
    return StackFacts(
        stack_id=stack["StackId"],
        name=stack["StackName"],
        place=Place(partition=partition, region=region, account_id=account_id),
        parameters={each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])},
        physical_ids={each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources},
        nested_outputs={},
    )


def _parsed(template: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(template) if isinstance(template, str) else template
    return found


@contextmanager
def completed(platform: Platform) -> Iterator[None]:
    """The APIs of all stacks are completed in the background for as long as the context lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=_watch, args=(ApiBodies(platform), stop), name="api-bodies")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _watch(bodies: ApiBodies, stop: threading.Event) -> None:
    while not stop.wait(POLL_SECONDS):
        try:
            bodies.look()
        except Exception:
            logger.exception("an API could not be completed")
