"""What an answer of a route means, against a server that answers as gateways and functions do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.raw_server import says, server

from deployer import probe
from deployer.aws.checks import rest_apis, routes
from deployer.aws.clients import client
from deployer.probe import NoAnswer
from deployer.sanity.api_route import Guard, Target
from deployer.sanity.http_answer import Gateway
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

NO_ROUTE = "X-Amzn-ErrorType: MissingAuthenticationTokenException\r\n"
FORBIDDEN = "X-Amzn-ErrorType: ForbiddenException\r\n"


def answered(
    status: int,
    headers: str = "",
    body: str = "{}",
    *,
    gateway: Gateway = Gateway.REST,
    look: Callable[[Any], str] = lambda _: "",
    **spec: Any,
) -> Outcome:
    """The outcome of a route that is answered so."""
    text = f"HTTP/1.1 {status} X\r\n{headers}Content-Length: {len(body)}\r\n\r\n{body}"
    with server(says(text)) as (pattern, _):
        address = {"pattern": pattern, "id": "rest1", "path": "/prod/x", "query": ""}
        made = {
            "method": "GET",
            "address": address,
            "headers": {},
            "body": None,
            "guard": Guard.NONE,
            "target": Target.FUNCTION,
            "invocation": None,
            **spec,
        }
        return routes.route(gateway, json.loads(json.dumps(made)), look)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 404, 422])
def test_open(status: int) -> None:
    """Whatever an open route's code answers below 500 is an answer; so is its own 404."""
    assert answered(status).status is Verdict.PASS


def test_no_such_route() -> None:
    """The gateway's word for no such route is a fault, that time may heal."""
    outcome = answered(403, NO_ROUTE)
    assert (outcome.status, outcome.may_pass_later) == (Verdict.FAIL, True)
    assert outcome.evidence["errorType"] == "MissingAuthenticationTokenException"
    assert outcome.reproduce.startswith("curl -i -X GET http://127.0.0.1:")


def test_refused_before_the_gateway() -> None:
    """A refusal of the gateway is a fault where its stage is gone, and undecided where it is there."""
    assert answered(403, FORBIDDEN).status is Verdict.SKIP
    assert answered(403, FORBIDDEN, look=lambda _: "there is no stage").status is Verdict.FAIL


def test_not_found_in_the_gateways_words() -> None:
    """Where the route is there, an HTTP API's `Not Found` may be a function's, or of an address switched off."""
    body = '{"message":"Not Found"}'
    assert answered(404, body=body, gateway=Gateway.HTTP).status is Verdict.SKIP
    assert answered(404, body=body, gateway=Gateway.HTTP, guard=Guard.TOKEN).status is Verdict.SKIP
    gone = answered(404, body=body, gateway=Gateway.HTTP, look=lambda _: "there is no route")
    assert gone.status is Verdict.FAIL


@pytest.mark.parametrize("guard", [Guard.API_KEY, Guard.IAM, Guard.TOKEN])
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        (401, Verdict.PASS),
        (403, Verdict.PASS),
        (200, Verdict.FAIL),
        (302, Verdict.FAIL),
        (400, Verdict.SKIP),
        (500, Verdict.SKIP),
    ],
)
def test_guarded(guard: Guard, status: int, verdict: Verdict) -> None:
    """Where the gateway keeps strangers out, they must be refused; to be let in is a fault."""
    assert answered(status, guard=guard).status is verdict


@pytest.mark.parametrize(
    ("guard", "verdict"),
    [
        (Guard.IAM, Verdict.PASS),
        (Guard.UNKNOWN, Verdict.SKIP),
        (Guard.API_KEY, Verdict.FAIL),
        (Guard.REQUEST, Verdict.FAIL),
    ],
)
def test_guarded_route_missing(guard: Guard, verdict: Verdict) -> None:
    """A missing route looks like a refusal only where IAM, whose words are the same, may be asked."""
    assert answered(403, NO_ROUTE, guard=guard).status is verdict


@pytest.mark.parametrize(("status", "verdict"), [(403, Verdict.PASS), (200, Verdict.SKIP), (500, Verdict.SKIP)])
def test_own_authorizer(status: int, verdict: Verdict) -> None:
    """Whom an authorizer that sees the whole request lets in is its own decision."""
    assert answered(status, guard=Guard.REQUEST).status is verdict


def test_throttled() -> None:
    """Too many requests say nothing."""
    assert answered(429).status is Verdict.SKIP


@pytest.mark.parametrize("guard", [Guard.NONE, Guard.TOKEN])
def test_challenged(guard: Guard) -> None:
    """A firewall that wants a proof of who calls says nothing about the route behind it."""
    assert answered(202, "x-amzn-waf-action: challenge\r\n", guard=guard).status is Verdict.SKIP


def test_stand_in() -> None:
    """What the platform says for a function that it cannot run is no answer of the function."""
    assert answered(200, body="Mock response - no code deployed").status is Verdict.SKIP


@pytest.mark.parametrize("target", [Target.SERVICE, Target.HTTP, Target.MOCK, Target.MAPPED_FUNCTION])
def test_failing_behind(target: Target) -> None:
    """What is behind a route and no function of the stack may fail for a reason of its own."""
    assert answered(500, target=target).status is Verdict.SKIP


@pytest.mark.parametrize(
    ("explained", "verdict", "words"),
    [
        (Outcome(status=Verdict.PASS), Verdict.FAIL, "what lies between is broken"),
        (Outcome(status=Verdict.PASS, evidence={"invocations": 3}), Verdict.SKIP, "more than a made-up request"),
        (Outcome(status=Verdict.FAIL, error="it raises"), Verdict.FAIL, "it raises"),
        (Outcome(status=Verdict.SKIP, error="the event may be the reason"), Verdict.SKIP, "may be the reason"),
    ],
)
def test_failing_function(
    explained: Outcome, verdict: Verdict, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A 5xx is explained by what the function does when it is invoked directly."""
    monkeypatch.setattr(routes, "explain", lambda _: explained)

    outcome = answered(502, invocation={"function": "orders"})

    assert outcome.status is verdict
    assert words in outcome.error


def test_preflight() -> None:
    """A preflight without the header that a browser looks for is no pass."""
    origin = "Access-Control-Allow-Origin: *\r\n"
    assert answered(200, origin, expectsOrigin=True).status is Verdict.PASS
    assert answered(200, expectsOrigin=True).status is Verdict.SKIP


def test_no_answer() -> None:
    """A closed port is a fault, that time may heal."""
    address = {"pattern": "http://127.0.0.1:1/{id}", "id": "a", "path": "/x", "query": ""}
    spec = {"method": "GET", "address": address, "headers": {}, "guard": Guard.NONE}
    outcome = routes.route(Gateway.REST, spec, lambda _: "")
    assert (outcome.status, outcome.may_pass_later) == (Verdict.FAIL, True)


@pytest.mark.parametrize("status", ["pass", "fail"])
def test_unsafe_request_that_fails(status: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may have changed something is not sent again, so what time may heal is no certain fault."""
    explained = Outcome(status=Verdict(status), error="it may not write", may_pass_later=True)
    monkeypatch.setattr(routes, "explain", lambda _: explained)

    outcome = answered(502, method="POST", invocation={"function": "orders"})

    assert (outcome.status, outcome.may_pass_later) == (Verdict.SKIP, False)


def test_unsafe_request_that_the_gateway_stops() -> None:
    """It came to no function, and is sent again."""
    outcome = answered(403, NO_ROUTE, method="POST")

    assert (outcome.status, outcome.may_pass_later) == (Verdict.FAIL, True)


def test_unsafe_request_that_is_let_in() -> None:
    """That strangers come in is a fault at the first time."""
    outcome = answered(200, method="POST", guard=Guard.TOKEN)

    assert (outcome.status, outcome.may_pass_later) == (Verdict.FAIL, False)


@pytest.mark.parametrize(("was_sent", "verdict"), [(True, Verdict.SKIP), (False, Verdict.FAIL)])
def test_unsafe_request_without_an_answer(
    was_sent: bool, verdict: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is sent again where it cannot have arrived."""

    def request(*_: Any, **__: Any) -> None:
        raise NoAnswer("no answer", was_sent=was_sent)

    monkeypatch.setattr(probe, "request", request)

    outcome = answered(200, method="POST")

    assert (outcome.status, outcome.may_pass_later) == (verdict, not was_sent)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"endpointConfiguration": {"types": ["PRIVATE"]}}, "it is private"),
        ({"disableExecuteApiEndpoint": True}, "switched off"),
    ],
)
def test_closed_rest_api(aws: None, settings: Any, words: str) -> None:
    """An API that the template does not show to be out of reach gives no answer, and that is no fault."""
    made: Any = client("apigateway").create_rest_api(name="shop", **settings)
    address = {"pattern": "http://127.0.0.1:1/{id}", "id": made["id"], "path": "/x", "query": ""}

    outcome = rest_apis.route({"method": "GET", "address": address, "headers": {}, "guard": Guard.NONE})

    assert outcome.status is Verdict.SKIP
    assert words in outcome.error


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        ("arn:aws:lambda:eu-west-1:123456789012:function:orders", Verdict.SKIP),
        ("arn:aws:lambda:us-east-1:999999999999:function:orders", Verdict.SKIP),
        ("arn:aws:lambda:us-east-1:123456789012:function:orders", Verdict.FAIL),
    ],
)
def test_function_elsewhere(aws: None, function: str, verdict: Verdict) -> None:
    """One of another account or region is not looked at; one of ours that is not there is missed."""
    spec = {"function": function, "sources": [], "region": "us-east-1", "accountId": "123456789012"}

    assert routes.edge({**spec, "isFunction": True}, function, {}).status is verdict
    assert routes.authorizer(spec).status is verdict
