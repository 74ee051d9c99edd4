"""What AWS does and the emulator leaves out.

It reads a Map's MaxConcurrency and not its MaxConcurrencyPath, and would run all items at once. It gives a
function the numbers and switches of its template's environment as they are: no process starts with them. It does
not tell a function whose API key a request came with. And its DescribeStackResources knows stacks by their names,
and not by what they hold.
"""

from __future__ import annotations

from typing import Any

from ministack.services import apigateway_v1, cloudformation, stepfunctions
from ministack.services.cloudformation import provisioners
from ministack.services.cloudformation.helpers import _error as cloudformation_error

_run_map_items = stepfunctions._run_map_items


def run_map_items(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
    path = state.get("MaxConcurrencyPath")
    if path:
        state = {**state, "MaxConcurrency": stepfunctions._resolve_path_or_ctx(path, given, context)}
    return _run_map_items(state, given, execution, context)


def with_texts(provision: Any) -> Any:
    """The provisioner of a function whose environment holds texts alone, as CloudFormation hands it over."""

    def provision_with_texts(*given: Any) -> Any:
        return provision(*(_with_text_environment(each) if isinstance(each, dict) else each for each in given))

    return provision_with_texts


def _with_text_environment(properties: dict[str, Any]) -> dict[str, Any]:
    environment = properties.get("Environment")
    variables = environment.get("Variables") if isinstance(environment, dict) else None
    if not isinstance(environment, dict) or not isinstance(variables, dict):
        return properties
    texts = {name: _text(value) for name, value in variables.items()}
    return {**properties, "Environment": {**environment, "Variables": texts}}


def _text(value: Any) -> Any:
    """`true`, not `True`."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


_build_lambda_event_v1 = apigateway_v1._build_lambda_event_v1


def lambda_event(*given: Any, **options: Any) -> Any:
    """A proxy event that names the API key (API Gateway Developer Guide, "Input format of a Lambda function")."""
    event = _build_lambda_event_v1(*given, **options)
    key = apigateway_v1._resolve_api_key(apigateway_v1._api_key_from_request(event["headers"]))
    if key is not None:
        event["requestContext"]["identity"] |= {"apiKeyId": key["id"], "apiKey": key["value"]}
    return event


_describe_stack_resources = cloudformation._ACTION_HANDLERS["DescribeStackResources"]


def describe_stack_resources(request: dict[str, Any]) -> Any:
    physical_id = cloudformation._p(request, "PhysicalResourceId")
    if not physical_id:
        return _describe_stack_resources(request)
    for stack in cloudformation._stacks.values():
        there = stack.get("_resources", {}).values()
        if _without_host(physical_id) in {_without_host(each.get("PhysicalResourceId", "")) for each in there}:
            return _describe_stack_resources({"StackName": [stack["StackId"]]})
    return cloudformation_error("ValidationError", f"Stack for {physical_id} does not exist")


def _without_host(physical_id: str) -> str:
    """A queue's URL has the host by which the emulator was asked."""
    return physical_id.split("/", 3)[3] if physical_id.startswith("http://") else physical_id


def mend() -> None:
    stepfunctions._run_map_items = run_map_items
    apigateway_v1._build_lambda_event_v1 = lambda_event
    cloudformation._ACTION_HANDLERS["DescribeStackResources"] = describe_stack_resources
    function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    function |= {act: with_texts(function[act]) for act in ("create", "update")}
