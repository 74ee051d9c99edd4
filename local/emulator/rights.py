"""How IAM is enforced (AUTH=true).

The emulator is told what CloudFormation's conditions ask about, and that a GET sets nothing. Every question that
IAM is asked is kept, with the answer, in `rights.jsonl`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import iam_actions, iam_evaluator
from ministack.services import cloudformation

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


def mend() -> None:
    iam_evaluator.enforce = enforce
    app.pin_request_origin = within_tls
    iam_actions.request_tag_context = request_context
    iam_actions.extract_iam_action = iam_action
    iam_actions.extract_resource_arn = resource_arn
