"""A caller of the API without a network: REST proxy events into the handler, answers out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import api

MACHINES = "arn:aws:states:us-east-1:123456789012:stateMachine:"
SETTINGS = {
    "TABLE_NAME": "sessions",
    "SESSION_LOG_DAYS": "90",
    "DEPLOY_MACHINE_ARN": f"{MACHINES}Deploy",
    "TEST_MACHINE_ARN": f"{MACHINES}SanityTest",
    "REMOVE_MACHINE_ARN": f"{MACHINES}RemoveStack",
    "WEBHOOK_SECRET_ARN": "",
    "CORS_ORIGINS": "https://app.example",
}
BASE = "https://abc.execute-api.us-east-1.amazonaws.com/prod"
CONTEXT = SimpleNamespace(
    function_name="api",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:us-east-1:123456789012:function:api",
    aws_request_id="request-1",
)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any


def call(method: str, path: str, body: Any = None, *, key: str = "caller-1", **headers: str) -> Answer:
    """The answer to that request. `body` is sent as JSON, or as it is when it is text; `_` in a header is `-`."""
    path, _, query = path.partition("?")
    parameters = dict(pair.split("=", 1) for pair in query.split("&") if pair)
    event = {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": {"Host": BASE.split("/")[2], "X-Forwarded-Proto": "https", **_dashed(headers)},
        "multiValueHeaders": None,
        "queryStringParameters": parameters or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in parameters.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "requestId": "request-1",
            "stage": "prod",
            "path": f"/prod{path}",
            "domainName": BASE.split("/")[2],
            "identity": {"apiKeyId": key},
        },
        "body": body if body is None or isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }
    return answer_of(event)


def answer_of(event: dict[str, Any]) -> Answer:
    raw = api.handler(event, cast("Any", CONTEXT))
    headers = {name: values[0] for name, values in raw["multiValueHeaders"].items()}
    return Answer(raw["statusCode"], headers, json.loads(raw["body"]) if raw["body"] else None)


def _dashed(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
