"""What the OpenAPI document says beside the routes: each answer's shape, and how a caller is known."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from deployer.api.problem import CONTENT_TYPE

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayRestResolver

VERSION: Final = "0.1.0"
API_KEY: Final[list[dict[str, list[str]]]] = [{"ApiKey": []}]
Schema = dict[str, Any]

_TEXT: Final[Schema] = {"type": "string"}
_MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
_NUMBER: Final[Schema] = {"type": "integer"}
_MAYBE_NUMBER: Final[Schema] = {"type": ["integer", "null"]}
_TEXTS: Final[Schema] = {"type": "object", "additionalProperties": _TEXT}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _list(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


_ERROR: Final = _object(code=_TEXT, message=_TEXT) | {
    "description": "Also `hint`, `resource` and `errors`, where known."
}
_ENTRY: Final = _object(timestamp=_TEXT, level=_TEXT, stage=_TEXT, message=_TEXT)
_RESOURCE: Final = _object(logicalId=_TEXT, type=_TEXT, physicalId=_TEXT, status=_TEXT)
_CHANGE: Final = _object(action=_TEXT, logicalId=_TEXT, type=_TEXT, physicalId=_TEXT, replacement=_TEXT)
_SUMMARY: Final[dict[str, Schema]] = {
    "sessionId": _TEXT,
    "kind": _TEXT,
    "status": _TEXT,
    "stage": _TEXT,
    "message": _TEXT,
    "repository": _TEXT,
    "branch": _MAYBE_TEXT,
    "commit": _MAYBE_TEXT,
    "projectRoot": _MAYBE_TEXT,
}
_TIMES: Final[dict[str, Schema]] = {"createdAt": _TEXT, "updatedAt": _TEXT, "durationMs": _MAYBE_NUMBER}

ACCEPTED: Final = _object(
    sessionId=_TEXT,
    status=_TEXT,
    message=_TEXT,
    repository=_TEXT,
    branch=_MAYBE_TEXT,
    projectRoot=_TEXT,
    links=_TEXTS,
)
_TARGETS: Final[dict[str, Schema]] = {
    "deploymentId": _MAYBE_TEXT,
    "stackName": _MAYBE_TEXT,
    "functionName": _MAYBE_TEXT,
}
TEST_ACCEPTED: Final = _object(
    sessionId=_TEXT,
    status=_TEXT,
    message=_TEXT,
    repository=_MAYBE_TEXT,
    branch=_MAYBE_TEXT,
    projectRoot=_MAYBE_TEXT,
    **_TARGETS,
    links=_TEXTS,
)
_RESULT: Final = _object(
    name=_TEXT,
    resourceType=_TEXT,
    logicalId=_TEXT,
    physicalId=_TEXT,
    status={"type": "string", "enum": ["pass", "fail", "skip"]},
    startedAt=_TEXT,
    durationMs=_NUMBER,
    error=_TEXT,
    evidence={"type": "object"},
    reproduce=_TEXT,
)
_TEST_SUMMARY: Final = _maybe(
    _object(total=_NUMBER, passed=_NUMBER, failed=_NUMBER, skipped=_NUMBER, durationMs=_NUMBER)
)
REMOVING: Final = _object(sessionId=_TEXT, status=_TEXT, message=_TEXT, stackName=_TEXT, links=_TEXTS)
SESSION: Final = _object(
    **_SUMMARY,
    project=_maybe(
        _object(
            kind=_MAYBE_TEXT,
            template=_MAYBE_TEXT,
            evidence=_list(_TEXT),
            found=_list(_object(path=_TEXT, kind=_MAYBE_TEXT, evidence=_TEXT)),
            foundCount=_NUMBER,
        )
    ),
    parameters=_maybe(_list(_object(name=_TEXT, value=_MAYBE_TEXT, source=_TEXT))),
    logs=_list(_ENTRY),
    logsNextToken=_MAYBE_TEXT,
    deployedResources=_maybe(
        _object(stackName=_TEXT, stackId=_TEXT, region=_TEXT, outputs=_TEXTS, resources=_list(_RESOURCE))
    ),
    retainedResources=_list(_RESOURCE),
    changes=_list(_CHANGE),
    tests=_maybe(_object(sessionId=_TEXT, summary=_TEST_SUMMARY)),
    error=_maybe(_ERROR),
    **_TIMES,
    links=_TEXTS,
)
TEST_SESSION: Final = _object(
    **_SUMMARY | {"repository": _MAYBE_TEXT},
    **_TARGETS,
    summary=_TEST_SUMMARY,
    testResults=_list(_RESULT),
    testResultsNextToken=_MAYBE_TEXT,
    logs=_list(_ENTRY),
    logsNextToken=_MAYBE_TEXT,
    error=_maybe(_ERROR),
    **_TIMES,
    links=_TEXTS,
)
DEPLOYMENT: Final = _object(**_SUMMARY, stackName=_MAYBE_TEXT, error=_maybe(_ERROR), **_TIMES, links=_TEXTS)
DEPLOYMENTS: Final = _object(deployments=_list(DEPLOYMENT), count=_NUMBER, nextToken=_MAYBE_TEXT)
DELIVERED: Final = _object(sessions=_list(ACCEPTED))
PONG: Final = _object(message=_TEXT)
HEALTH: Final = _object(status=_TEXT, version=_TEXT)
DOCUMENT: Final[Schema] = {"type": "object"}
PROBLEM: Final = _object(type=_TEXT, title=_TEXT, status=_NUMBER, detail=_TEXT, code=_TEXT, requestId=_TEXT)


_ALWAYS: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.GATEWAY_TIMEOUT)


def answers(answer: Schema, status: HTTPStatus, *refusals: HTTPStatus, is_open: bool = False) -> dict[int, Any]:
    """Every answer of a route: the one that is wanted, and the problems, API Gateway's own too.

    `is_open`: it asks for no proof of who calls.
    """
    wanted = {status.value: _described(status, "application/json", answer)}
    problems = (*refusals, *(() if is_open else (HTTPStatus.FORBIDDEN,)), *_ALWAYS)
    return wanted | {refusal.value: _described(refusal, CONTENT_TYPE, PROBLEM) for refusal in problems}


def document_of(app: APIGatewayRestResolver, base_url: str) -> dict[str, Any]:
    """The OpenAPI document of the app at that address."""
    # Only this answer needs the models of OpenAPI.
    from aws_lambda_powertools.event_handler.openapi.models import APIKey, APIKeyIn, Server

    text = app.get_openapi_json_schema(
        title="GitHub Lambda Deployer",
        version=VERSION,
        description="Deploys a GitHub repository to AWS as a CloudFormation stack. Access depends on AuthMode.",
        servers=[Server(url=base_url)],
        security_schemes={"ApiKey": APIKey.model_validate({"name": "x-api-key", "in": APIKeyIn.header})},
    )
    document: dict[str, Any] = json.loads(text)
    return document


def _described(status: HTTPStatus, content_type: str, schema: Schema) -> dict[str, Any]:
    return {"description": status.phrase, "content": {content_type: {"schema": schema}}}
