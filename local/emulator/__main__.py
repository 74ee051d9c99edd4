"""The emulator, started as `python local/emulator`: it ends when who started it is gone, however that ended.

Five gaps are closed. It reads a Map's MaxConcurrency and not its MaxConcurrencyPath, and would run all items at
once. It sorts a whole index partition for each page of it, where DynamoDB reads the page's items alone. It
gives a function the numbers and switches of its template's environment as they are: no process starts with them.
It does not tell a function whose API key a request came with. And its DescribeStackResources knows stacks by their
names, and not by what they hold.

Where IAM is enforced (AUTH=true), it is told what CloudFormation's conditions ask about and that a GET sets
nothing. Every question that IAM is asked is kept, with the answer, in `rights.jsonl`.
"""

from __future__ import annotations

import heapq
import json
import os
import re
import signal
import threading
import time
from contextvars import ContextVar
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import apigateway_v1, cloudformation, dynamodb, stepfunctions
from ministack.services.cloudformation import provisioners
from ministack.services.cloudformation.helpers import _error as cloudformation_error

_run_map_items = stepfunctions._run_map_items


def run_map_items(state: dict[str, Any], given: Any, execution: Any, context: Any) -> Any:
    path = state.get("MaxConcurrencyPath")
    if path:
        state = {**state, "MaxConcurrency": stepfunctions._resolve_path_or_ctx(path, given, context)}
    return _run_map_items(state, given, execution, context)


_query = dynamodb._query
_index_members = dynamodb._index_members
_asked: ContextVar[dict[str, Any] | None] = ContextVar("asked", default=None)
_PARTITION: Final = re.compile(r"[\w#]+ = :\w+")
"""A condition on the partition key alone."""


def query(request: dict[str, Any]) -> Any:
    asked = _asked.set(request)
    try:
        return _query(request)
    finally:
        _asked.reset(asked)


def index_members(table: dict[str, Any]) -> Any:
    """What is in each index; for a page of a partition, of each partition the items that the page may hold."""
    members, asked = _index_members(table), _asked.get()
    if asked is None or not _is_page(asked, table):
        return members
    return {name: _Pages(partitions, asked, table) for name, partitions in members.items()}


def _is_page(asked: dict[str, Any], table: dict[str, Any]) -> bool:
    """It asks for one, and the index has the order of the table: by the same number."""
    ranges = [keys for name, _, keys in dynamodb._index_key_schemas(table) if name == asked.get("IndexName")]
    is_ordered = ranges == [[table["sk_name"]]] and dynamodb._get_attr_type(table, table["sk_name"]) == "N"
    condition = asked.get("KeyConditionExpression", "")
    return is_ordered and "Limit" in asked and bool(_PARTITION.fullmatch(condition))


class _Pages:
    """An index's partitions, each cut to one page."""

    def __init__(self, partitions: dict[Any, Any], asked: dict[str, Any], table: dict[str, Any]) -> None:
        self._partitions = partitions
        self._asked = asked
        self._keys = table["pk_name"], table["sk_name"]

    def get(self, partition: str, default: Any = ()) -> Any:
        """The (partition key, sort key) pairs of the page's items, and of the one behind them."""
        pairs = self._partitions.get(partition, default)
        newest_first = not self._asked.get("ScanIndexForward", True)
        start = self._asked.get("ExclusiveStartKey")
        if start:
            last = _place([dynamodb._extract_key_val(start[key]) for key in self._keys])
            pairs = [pair for pair in pairs if (_place(pair) < last if newest_first else _place(pair) > last)]
        wanted = int(self._asked["Limit"]) + 1
        if (
            newest_first
        ):  # they were mostly written in their order: the last ones first leave little to be replaced
            return heapq.nlargest(wanted, reversed(list(pairs)), key=_place)
        return heapq.nsmallest(wanted, pairs, key=_place)


def _place(pair: Any) -> tuple[Decimal, str]:
    partition_key, sort_key = pair
    return Decimal(sort_key), partition_key


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


_pin_request_origin = app.pin_request_origin


def within_tls(address: str, _: bool) -> None:
    """Nothing is encrypted here: what asks for TLS, as the policy of a bucket may, is told that it is."""
    _pin_request_origin(address, True)


_request_tag_context = iam_actions.request_tag_context


def request_context(service: str, action: str, body: bytes, given: dict[str, Any]) -> Any:
    """What conditions ask about: tags of the request and of the stack, and the role CloudFormation acts with."""
    context = _request_tag_context(service, action, body, given)
    if service != "cloudformation":
        return context
    role = cloudformation._p(given, "RoleARN")
    tags = {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in _tags(cloudformation._p(given, "StackName"))}
    return context | tags | ({"cloudformation:RoleArn": role} if role else {})


def _tags(stack_name: str) -> list[dict[str, str]]:
    """Those of a stack; one that nothing was created in yet has none."""
    for stack in cloudformation._stacks.values():
        if stack_name in {stack["StackName"], stack["StackId"]} and stack["StackStatus"] != "REVIEW_IN_PROGRESS":
            return list(stack.get("Tags", []))
    return []


_extract_resource_arn = iam_actions.extract_resource_arn


def resource_arn(service: str, *given: Any) -> Any:
    """Of CloudFormation: a change set may be named by its ARN alone; a call that names no stack is about any."""
    named = _extract_resource_arn(service, *given)
    if service != "cloudformation" or named != "*":
        return named
    *_, parameters, region, account = given
    change_set = cloudformation._p(parameters, "ChangeSetName")
    return change_set or f"arn:aws:cloudformation:{region}:{account}:stack/*/*"


_extract_iam_action = iam_actions.extract_iam_action


def iam_action(service: str, method: str, path: str, *given: Any) -> Any:
    """To read a function's concurrency is not to set it, and to read one trigger is not to list them."""
    action = _extract_iam_action(service, method, path, *given)
    if method != "GET" or service != "lambda":
        return action
    if "/event-source-mappings/" in path.rstrip("/"):
        return "lambda:GetEventSourceMapping"
    return action.replace("PutFunctionConcurrency", "GetFunctionConcurrency") if action else action


_enforce = iam_evaluator.enforce


def enforce(access_key: str, action: str, *given: Any, resource_arn: str = "*", **more: Any) -> Any:
    """Its answer, which is kept beside the question."""
    denied = _enforce(access_key, action, *given, resource_arn=resource_arn, **more)
    who = iam_evaluator.resolve_caller_identity(access_key) or {}
    question = {"who": who.get("userArn", ""), "action": action, "resource": resource_arn}
    with Path("rights.jsonl").open("a") as rights:
        rights.write(json.dumps(question | {"isAllowed": denied is None}) + "\n")
    return denied


def end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=end_with, args=[os.getppid()], daemon=True).start()
    stepfunctions._run_map_items = run_map_items
    dynamodb._query = query
    dynamodb._index_members = index_members
    apigateway_v1._build_lambda_event_v1 = lambda_event
    cloudformation._ACTION_HANDLERS["DescribeStackResources"] = describe_stack_resources
    function = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
    function |= {act: with_texts(function[act]) for act in ("create", "update")}
    iam_evaluator.enforce = enforce
    app.pin_request_origin = within_tls
    iam_actions.request_tag_context = request_context
    iam_actions.extract_iam_action = iam_action
    iam_actions.extract_resource_arn = resource_arn
    app.main()
