"""What is deployed on the embedded platform, as the one who breaks it sees it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import requests
from local.client import direct
from tests.faults.fault import Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.platform import Platform

NAMED: Final = frozenset(
    {
        "AWS::DynamoDB::Table",
        "AWS::Events::EventBus",
        "AWS::Kinesis::Stream",
        "AWS::Lambda::Function",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SQS::Queue",
        "AWS::StepFunctions::StateMachine",
    }
)
"""Types that a function's variable may name."""


@dataclass(frozen=True)
class Aws:
    """One stack's resources and the clients to reach them."""

    platform: Platform
    stack_name: str

    def client(self, service: str) -> Any:
        return self.platform.client(service)

    @cached_property
    def resources(self) -> list[Resource]:
        return list(self._resources(self.stack_name))

    def of_type(self, *types: str) -> list[Resource]:
        return [resource for resource in self.resources if resource.type in types]

    @cached_property
    def functions(self) -> list[Resource]:
        return self.of_type("AWS::Lambda::Function")

    def configuration(self, function: Resource) -> dict[str, Any]:
        answer: dict[str, Any] = self.client("lambda").get_function_configuration(
            FunctionName=function.physical_id
        )
        return answer

    def code(self, function: Resource) -> bytes:
        location = self.client("lambda").get_function(FunctionName=function.physical_id)["Code"]["Location"]
        with direct() as http:
            answer = http.get(location, timeout=30)
        answer.raise_for_status()
        return answer.content

    def statements(self, function: Resource) -> list[dict[str, Any]]:
        """Of the function's own policy; none when it has no policy."""
        client = self.client("lambda")
        try:
            policy = json.loads(client.get_policy(FunctionName=function.physical_id)["Policy"])
        except client.exceptions.ResourceNotFoundException:
            return []
        return list(policy["Statement"])

    def named(self, value: str) -> Resource | None:
        """What a variable's value names: by name, address or ARN."""
        last = value.rpartition("/")[2].rpartition(":")[2]
        candidates = [each for each in self.resources if each.type in NAMED]
        exact = [each for each in candidates if value == each.physical_id]
        by_name = [each for each in candidates if last and last == _name(each.physical_id)]
        return next(iter([*exact, *by_name]), None)

    def status(self) -> str:
        """The stack's; empty when it is gone."""
        stacks = self.client("cloudformation").describe_stacks(StackName=self.stack_name)["Stacks"]
        return str(stacks[0]["StackStatus"]) if stacks else ""

    def endpoints(self) -> dict[str, str]:
        """The address of each route, as somebody would try them by hand: {parameters} are 1."""
        return dict(self._endpoints())

    def _endpoints(self) -> Iterator[tuple[str, str]]:
        """With what it is called in every deployment of the same stack."""
        base = f"{self.platform.endpoint_url}/_aws"
        for api in self.of_type("AWS::ApiGateway::RestApi"):
            stages = self.client("apigateway").get_stages(restApiId=api.physical_id)["item"]
            stage = stages[0]["stageName"] if stages else "Prod"
            for path in self._rest_paths(api):
                yield f"{api.logical_id} {path}", f"{base}/execute-api/{api.physical_id}/{stage}{path}"
        for api in self.of_type("AWS::ApiGatewayV2::Api"):
            for route in self.client("apigatewayv2").get_routes(ApiId=api.physical_id)["Items"]:
                path = _filled(route["RouteKey"].partition(" ")[2] or "/")
                yield f"{api.logical_id} {path}", f"{base}/execute-api/{api.physical_id}/$default{path}"
        for url in self.of_type("AWS::Lambda::Url"):
            config = self.client("lambda").get_function_url_config(FunctionName=url.physical_id)
            url_id = config["FunctionUrl"].split("//")[1].partition(".")[0]
            yield url.logical_id, f"{base}/lambda-url/{url_id}/"

    def get(self, address: str) -> int:
        """The status of a GET; 599 when nothing answers."""
        try:
            with direct() as http:
                return http.get(address, timeout=30, allow_redirects=False).status_code
        except requests.RequestException:
            return 599

    def _rest_paths(self, api: Resource) -> list[str]:
        resources = self.client("apigateway").get_resources(restApiId=api.physical_id, limit=500)["items"]
        return sorted({_filled(each["path"]) for each in resources if each.get("resourceMethods")})

    def _resources(self, stack: str) -> Iterator[Resource]:
        for each in self.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]:
            physical_id = each.get("PhysicalResourceId", "")
            if each["ResourceType"] == "AWS::CloudFormation::Stack":
                yield from self._resources(physical_id)
            yield Resource(
                logical_id=each["LogicalResourceId"], type=each["ResourceType"], physical_id=physical_id
            )


def _name(physical_id: str) -> str:
    return physical_id.rpartition("/")[2].rpartition(":")[2]


def _filled(path: str) -> str:
    return "/".join("1" if part.startswith("{") else part for part in path.split("/"))
