"""The HTTP API: routes in, sessions out. The only place that knows HTTP status codes."""

from __future__ import annotations

import json
import re
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.event_handler.openapi.params import Body, Header, Path, Query

from deployer import errors
from deployer.api import caller as callers
from deployer.api import document, webhook
from deployer.api import session_view as view
from deployer.api.cors import answer_headers
from deployer.api.deploy_body import DeployBody  # noqa: TC001 - read at run time
from deployer.api.links import base_url, status_url
from deployer.api.problem import CONTENT_TYPE, invalid, problem_of
from deployer.api.request_body import read_json
from deployer.api.sanity_body import SanityBody  # noqa: TC001 - read at run time
from deployer.aws import executions
from deployer.aws.metrics import count_refused_delivery
from deployer.aws.secrets import webhook_secret
from deployer.aws.sessions import Sessions
from deployer.idempotency import Idempotency
from deployer.repository import Repository
from deployer.sanity.junit import junit
from deployer.sanity.summary import duration_ms, summary
from deployer.session import SessionKind, SessionStatus, is_session_id, new_head, new_session_id
from deployer.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.event_handler.exceptions import NotFoundError
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from deployer.session import Head
    from deployer.state_data import DeployRequest, SanityRequest

HTTP_STATUS: Final[dict[type[errors.DeployerError], HTTPStatus]] = {
    errors.RequestInvalid: HTTPStatus.BAD_REQUEST,
    errors.PageTokenInvalid: HTTPStatus.BAD_REQUEST,
    errors.RouteNotFound: HTTPStatus.NOT_FOUND,
    errors.SessionNotFound: HTTPStatus.NOT_FOUND,
    errors.MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.DeliveryInvalid: HTTPStatus.UNAUTHORIZED,
    errors.EventRefused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NothingToRemove: HTTPStatus.CONFLICT,
    errors.SessionNotSettled: HTTPStatus.CONFLICT,
    errors.StackLocked: HTTPStatus.CONFLICT,
    errors.RequestTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.IdempotencyKeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.SettingMissing: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
ROUTES: Final = {
    r"/deploy": "POST",
    r"/status/[^/]+": "GET",
    r"/test": "POST",
    r"/test-status/[^/]+": "GET",
    r"/deployments": "GET",
    r"/deployments/[^/]+": "DELETE",
    r"/webhooks/github": "POST",
    r"/openapi\.json": "GET",
    r"/health": "GET",
}
LOG_PAGE: Final = 1000
RESULT_PAGE: Final = 200
_RETRY_AFTER_SECONDS: Final = "2"

logger = Logger(service="api")
app = APIGatewayRestResolver(enable_validation=True, json_body_deserializer=read_json)

SessionId = Annotated[str, Path(description="As `POST /deploy` gave it.", alias="sessionId")]
LogsAfter = Annotated[str | None, Query(alias="logsAfter", description="`logsNextToken` of before.")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        pattern="^[ -~]*$",
        description="Printable ASCII. The same key and body start one deployment.",
    ),
]


@app.post(
    "/deploy",
    summary="Deploy a repository",
    responses=document.answers(
        document.ACCEPTED,
        HTTPStatus.ACCEPTED,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    security=document.API_KEY,
)
def deploy(body: Annotated[DeployBody, Body()], idempotency_key: IdempotencyKey = None) -> Response[Any]:
    """Starts a deployment. The status tells how it goes."""
    head = _asked(SessionKind.DEPLOYMENT, body.request(), idempotency_key, body.parameters)
    return _in_progress(head, view.accepted(_base(), head))


@app.post(
    "/test",
    summary="Test what is deployed",
    responses=document.answers(
        document.TEST_ACCEPTED,
        HTTPStatus.ACCEPTED,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    ),
    security=document.API_KEY,
)
def start_tests(body: Annotated[SanityBody, Body()], idempotency_key: IdempotencyKey = None) -> Response[Any]:
    """Generates a sanity test for each deployed resource, and runs them."""
    request = body.request()
    if request["deploymentId"]:
        _of_kind(SessionKind.DEPLOYMENT, Sessions.from_settings(Settings.from_env()), request["deploymentId"])
    head = _asked(SessionKind.TEST, request, idempotency_key)
    return _in_progress(head, view.accepted(_base(), head))


@app.get(
    "/test-status/<sessionId>",
    summary="Follow a test session",
    responses=document.answers(document.TEST_SESSION, HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
    security=document.API_KEY,
)
def test_status(
    session_id: SessionId,
    logs_after: LogsAfter = None,
    results_after: Annotated[
        str | None, Query(alias="resultsAfter", description="`testResultsNextToken` of before.")
    ] = None,
    form: Annotated[
        Literal["json", "junit"] | None, Query(alias="format", description="`junit` gives JUnit XML.")
    ] = None,
) -> Response[Any]:
    """The test session, with its results in the order of the tests."""
    _refuse_unknown_query("logsAfter", "resultsAfter", "format")
    sessions = Sessions.from_settings(Settings.from_env())
    head = _of_kind(SessionKind.TEST, sessions, _known(session_id))
    if form == "junit" or (form is None and _wants_xml()):
        results = list(sessions.numbered_results(session_id).values())
        counts = summary(results, duration_ms(results))
        text = junit(head.get("stackName", session_id), results, counts, head["createdAt"])
        return _answer(HTTPStatus.OK, text, "application/xml")
    answer = view.test_details(
        _base(),
        head,
        logs=sessions.logs(session_id, logs_after, LOG_PAGE),
        results=sessions.results(session_id, results_after, RESULT_PAGE),
    )
    return _json(HTTPStatus.OK, answer)


@app.get(
    "/status/<sessionId>",
    summary="Follow a session",
    responses=document.answers(document.SESSION, HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND),
    security=document.API_KEY,
)
def status(
    session_id: SessionId,
    logs_after: LogsAfter = None,
) -> Response[Any]:
    """The session, with its log entries (oldest first) behind `logsAfter`."""
    _refuse_unknown_query("logsAfter")
    sessions = Sessions.from_settings(Settings.from_env())
    head = _of_kind(SessionKind.DEPLOYMENT, sessions, _known(session_id))
    logs, token = sessions.logs(session_id, logs_after, LOG_PAGE)
    resources = sessions.resources(session_id) if view.has_stack(head) else []
    changes = sessions.changes(session_id) if view.is_plan(head) else []
    tests = sessions.head(head["testSessionId"]) if "testSessionId" in head else None
    answer = view.details(
        _base(), head, logs=logs, logs_token=token, resources=resources, changes=changes, tests=tests
    )
    return _json(HTTPStatus.OK, answer)


@app.get(
    "/deployments",
    summary="List deployments",
    responses=document.answers(document.DEPLOYMENTS, HTTPStatus.OK, HTTPStatus.BAD_REQUEST),
    security=document.API_KEY,
)
def deployments(
    status: Annotated[SessionStatus | None, Query(description="Only those with this status.")] = None,
    repository: Annotated[str | None, Query(description="Only those of this repository.")] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 20,
    next_token: Annotated[str | None, Query(alias="nextToken", description="`nextToken` of before.")] = None,
) -> Response[Any]:
    """Deployments, newest first. `count` is this page's."""
    _refuse_unknown_query("status", "repository", "limit", "nextToken")
    heads, token = Sessions.from_settings(Settings.from_env()).list(
        SessionKind.DEPLOYMENT,
        _caller(),
        status=status,
        repository=_slug(repository),
        limit=limit,
        token=next_token,
    )
    found = [view.summary(_base(), head) for head in heads]
    return _json(HTTPStatus.OK, {"deployments": found, "count": len(found), "nextToken": token})


@app.delete(
    "/deployments/<sessionId>",
    summary="Remove a stack",
    responses=document.answers(document.REMOVING, HTTPStatus.ACCEPTED, HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
    security=document.API_KEY,
)
def remove(session_id: SessionId) -> Response[Any]:
    """Removes the session's stack, and what is in its own buckets. Asking again meanwhile changes nothing."""
    settings = Settings.from_env()
    sessions = Sessions.from_settings(settings)
    sessions.head_of(_known(session_id), _caller())
    head = sessions.start_removal(session_id, settings.remove_machine_arn)
    executions.start(head["executionArn"], {"sessionId": session_id, "stackId": head["stackId"]})
    return _in_progress(head, view.removing(_base(), head))


@app.post(
    "/webhooks/github",
    summary="Take a push from GitHub",
    responses=document.answers(
        document.DELIVERED,
        HTTPStatus.ACCEPTED,
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        is_open=True,
    )
    | document.answers(document.PONG, HTTPStatus.OK, is_open=True),
)
def github_webhook() -> Response[Any]:
    """Deploys the head of a push, once for each delivery. It is GitHub's signature that opens this route."""
    settings = Settings.from_env()
    if not settings.webhook_secret_arn:
        raise errors.RouteNotFound("there is no /webhooks/github: WebhookSecretArn of this application is empty")
    try:
        return _delivered(settings)
    except errors.RequestError as error:
        count_refused_delivery(error.code, settings.own_stack_id)
        raise


@app.get("/openapi.json", summary="This document", responses=document.answers(document.DOCUMENT, HTTPStatus.OK))
def openapi() -> Response[Any]:
    """OpenAPI 3, made from the routes."""
    return _json(HTTPStatus.OK, document.document_of(app, _base()))


@app.get("/health", summary="Is it up?", responses=document.answers(document.HEALTH, HTTPStatus.OK, is_open=True))
def health() -> Response[Any]:
    """The version of the application that answers."""
    return _json(HTTPStatus.OK, {"status": "ok", "version": document.VERSION})


def no_route(_error: NotFoundError) -> Response[Any]:
    event = app.current_event
    method = next((allowed for path, allowed in ROUTES.items() if re.fullmatch(path, event.path)), None)
    if method in (None, event.http_method):  # the route's path is right, but what stands for an id cannot be one
        return refused(errors.RouteNotFound(f"there is no {event.path}"))
    if event.http_method == "OPTIONS":
        return _answer(HTTPStatus.NO_CONTENT, "", "", {"Allow": method})
    return refused(
        errors.MethodNotAllowed(f"{event.path} takes {method}, not {event.http_method}"), {"Allow": method}
    )


def not_valid(error: RequestValidationError) -> Response[Any]:
    return refused(invalid(error.errors()))


def not_text(_error: UnicodeDecodeError) -> Response[Any]:
    return refused(errors.RequestInvalid({"body": "is not UTF-8"}))


def refused(error: errors.DeployerError, headers: Mapping[str, str] | None = None) -> Response[Any]:
    status = HTTP_STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        logger.error("request failed", exc_info=error)
    else:
        logger.info("request refused", code=error.code)
    problem = problem_of(error, status.value, app.current_event.request_context.request_id)
    return _answer(status, json.dumps(problem, ensure_ascii=False), CONTENT_TYPE, headers)


def failed(error: Exception) -> Response[Any]:
    unexpected = errors.InternalError("the request could not be answered")
    unexpected.__cause__ = error
    return refused(unexpected)


app.not_found(no_route)
app.exception_handler(RequestValidationError)(not_valid)
app.exception_handler(UnicodeDecodeError)(not_text)
app.exception_handler(errors.DeployerError)(refused)
app.exception_handler(Exception)(failed)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The answer to a REST proxy event."""
    return app.resolve(_as_json(event), context)


def _as_json(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its body called JSON: that is what it is read as, whatever curl calls it by default."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    return {**event, "headers": headers | {"content-type": "application/json"}}


def _asked(
    kind: SessionKind,
    request: DeployRequest | SanityRequest,
    idempotency_key: str | None,
    parameters: Mapping[str, str] | None = None,
) -> Head:
    """The head of the session that the caller asked for."""
    whole = {**request, "parameters": parameters}
    keys = [Idempotency.of(caller=_caller(), key=idempotency_key, request=whole)] if idempotency_key else []
    return _started(kind, _caller(), request, *keys, parameters=parameters)


def _delivered(settings: Settings) -> Response[Any]:
    """One session for each stack that the push is for."""
    delivery = webhook.read(app.current_event.raw_event, settings, webhook_secret(settings.webhook_secret_arn))
    heads = [
        _started(SessionKind.DEPLOYMENT, settings.webhook_caller, request, *delivery.keys(request))
        for request in delivery.requests
    ]
    if not heads:
        return _json(HTTPStatus.OK, {"message": "The signature is right. Pushes to WebhookBranches are deployed."})
    return _json(HTTPStatus.ACCEPTED, {"sessions": [view.accepted(_base(), head) for head in heads]})


def _started(
    kind: SessionKind,
    caller: str,
    request: DeployRequest | SanityRequest,
    *keys: Idempotency,
    parameters: Mapping[str, str] | None = None,
) -> Head:
    """The head of a session whose execution has been started: a new one, or the one that came with those keys."""
    settings = Settings.from_env()
    machine = settings.test_machine_arn if kind is SessionKind.TEST else settings.deploy_machine_arn
    session_id = new_session_id(_now_ms())
    head = new_head(session_id, kind, caller, request, executions.execution_arn(machine, session_id))
    # An earlier session with this key may have been written, and then not started.
    session_id = Sessions.from_settings(settings).create(head, *keys, parameters=parameters)
    head = new_head(session_id, kind, caller, request, executions.execution_arn(machine, session_id))
    executions.start(head["executionArn"], {"sessionId": session_id, "request": request})
    return head


def _of_kind(kind: SessionKind, sessions: Sessions, session_id: str) -> Head:
    head = sessions.head_of(session_id, _caller())
    if head["kind"] != kind:
        raise errors.SessionNotFound(f"session {session_id} is a {head['kind']}: follow {status_url('', head)}")
    return head


def _wants_xml() -> bool:
    accept = {name.lower(): value for name, value in (app.current_event.headers or {}).items()}.get("accept", "")
    return "application/xml" in accept or "text/xml" in accept


def _known(session_id: str) -> str:
    if not is_session_id(session_id):
        raise errors.SessionNotFound(f"{session_id[:64]!r} is not a session id")
    logger.append_keys(sessionId=session_id)
    return session_id


def _slug(repository: str | None) -> str | None:
    try:
        return Repository.from_text(repository).slug if repository else None
    except ValueError as error:
        raise errors.RequestInvalid({"repository": str(error)}) from None


def _refuse_unknown_query(*known: str) -> None:
    given = app.current_event.query_string_parameters
    unknown = {name: "is not a parameter of this route" for name in given if name not in known}
    if unknown:
        raise errors.RequestInvalid(unknown)


def _caller() -> str:
    identity = app.current_event.request_context.identity
    return callers.caller(identity.api_key_id, identity.user_arn)


def _in_progress(head: Head, body: Mapping[str, Any]) -> Response[Any]:
    where = {"Location": status_url(_base(), head), "Retry-After": _RETRY_AFTER_SECONDS}
    return _answer(HTTPStatus.ACCEPTED, _dump(body), "application/json", where)


def _json(status: HTTPStatus, body: Mapping[str, Any]) -> Response[Any]:
    return _answer(status, _dump(body), "application/json")


def _dump(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False)


def _answer(
    status: HTTPStatus, text: str, content_type: str, headers: Mapping[str, str] | None = None
) -> Response[Any]:
    always = answer_headers(app.current_event.raw_event, Settings.from_env().cors_origins)
    return Response(status.value, content_type, text, {**always, **(headers or {})})


def _base() -> str:
    return base_url(app.current_event.raw_event)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
