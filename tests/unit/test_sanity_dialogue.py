"""The dialogue with a function: which event comes next, and what is said in the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest
from tests.lambda_answers import (
    good,
    node_error,
    platform_error,
    python_error,
    raise_in_handler,
    response,
    timed_out,
)

from deployer.sanity.answer import Answer
from deployer.sanity.dialogue import MAX_TURNS, next_try
from deployer.sanity.event_kind import EventKind
from deployer.sanity.payloads import Route, rest_event
from deployer.sanity.turn import Invocation, Try, Turn

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.sanity.sanity_test import Outcome

    Function = Callable[[Any], Answer]

MESSAGE = {"Records": [{"messageId": "m1", "body": '{"id": "sanity-test"}'}]}
GET = rest_event(Route(method="GET", resource="/orders"))
POST = rest_event(Route(method="POST", resource="/orders", body='{"id": "sanity-test"}'))


def asked(event: Any = MESSAGE, kind: str = "sqs", **more: Any) -> Invocation:
    given: Any = {"function": "orders", "kind": kind, "origin": "shaped", "event": event}
    return cast(
        "Invocation", {**given, "runtime": "python3.13", "variables": [], "types": [], "isEmbedded": False, **more}
    )


def talk(function: Function, invocation: Invocation | None = None) -> tuple[Outcome, list[Try]]:
    """The dialogue with a function that is played, to its end."""
    turns: list[Turn] = []
    while isinstance(step := next_try(invocation or asked(), turns), Try):
        turns.append(Turn(tried=step, answer=function(step.event)))
        assert len(turns) <= MAX_TURNS
    return step, [turn.tried for turn in turns]


def always(answer: Answer) -> Function:
    return lambda event: answer


def needs(*names: str) -> Function:
    """Reads names out of the JSON in the body of the first record, as Python handlers do."""

    def function(event: Any) -> Answer:
        try:
            body = json.loads(event["Records"][0]["body"])
            for name in names:
                body[name].upper()
        except KeyError as error:
            return raise_in_handler("KeyError", str(error), f"order = body[{error}]")
        except (TypeError, AttributeError, IndexError) as error:
            return raise_in_handler(type(error).__name__, str(error), "order = body")
        return good()

    return function


def test_good() -> None:
    """A function that answers is asked once."""
    outcome, tries = talk(always(good()))

    assert (outcome.status, outcome.evidence, len(tries)) == ("pass", {}, 1)


def test_missing_names() -> None:
    """A made-up message is given what the function misses in it, name by name; then the function is judged."""
    outcome, tries = talk(needs("order", "customer"))

    assert (outcome.status, outcome.evidence) == ("pass", {"addedToEvent": ["order", "customer"]})
    assert len(tries) == 3


def test_values() -> None:
    """A value that the function minds is given another."""

    def function(event: Any) -> Answer:
        body = json.loads(event["Records"][0]["body"]) if event else {}
        if "count" not in body:
            return raise_in_handler("KeyError", "'count'", "total = body['count']")
        if not isinstance(body["count"], int):
            return raise_in_handler("TypeError", "unsupported operand type(s)", "total = body['count'] + 1")
        return good()

    assert talk(function)[0].status == "pass"


@pytest.mark.parametrize(
    "answer",
    [
        raise_in_handler("RuntimeError", "boom"),
        raise_in_handler("Exception", "injected fault"),
        raise_in_handler("ValueError", "boom"),
        raise_in_handler("KeyError", "'boom'", 'raise KeyError("boom")'),
        python_error("ZeroDivisionError", "division by zero", ("/var/task/app.py", 2, "handler", "return 1 / 0")),
        python_error("OrderFailed", "boom", ("/var/task/app.py", 2, "handler", "raise OrderFailed('boom')")),
        node_error("Error", "boom"),
        node_error("TypeError", "boom"),
    ],
)
@pytest.mark.parametrize("event", [MESSAGE, {}, GET])
def test_unconditional(answer: Answer, event: Any) -> None:
    """An error that no event changes, and that does not speak of input, is the function's own."""
    outcome, tries = talk(always(answer), asked(event, "rest" if event is GET else "sqs"))

    assert outcome.status == "fail"
    assert "whatever it is given, it fails" in outcome.error
    assert len(tries) > 1


@pytest.mark.parametrize(
    "answer",
    [
        raise_in_handler("ValueError", "orderId is required"),
        raise_in_handler("Exception", "Unsupported event"),
        raise_in_handler("Exception", "Failed to process the record"),
        python_error(
            "TypeError", "'NoneType' object is not subscriptable", ("/var/task/a.py", 2, "f", "x = y[0]")
        ),
        node_error("TypeError", "Cannot read properties of undefined (reading 'id')"),
        node_error("Error", "Invalid order"),
        python_error(
            "JSONDecodeError", "Expecting value", ("/var/lang/lib/python3.13/json/x.py", 1, "f", "raise E")
        ),
    ],
)
def test_perhaps_the_event(answer: Answer) -> None:
    """What may be the made-up event's fault stays open, and it is said what would tell."""
    outcome, _ = talk(always(answer))

    assert outcome.status == "skip"
    assert "an example event in events/" in outcome.error


def test_depends_on_the_event() -> None:
    """An error that an empty event does not give is not the function's own."""
    boom = raise_in_handler("RuntimeError", "boom")

    assert talk(lambda event: boom if event else good())[0].status == "skip"
    assert talk(lambda event: boom if event else raise_in_handler("KeyError", "'Records'"))[0].status == "skip"


@pytest.mark.parametrize(
    "answer",
    [
        python_error("NameError", "name 'x' is not defined", ("/var/task/app.py", 2, "handler", "return x")),
        platform_error("Worker init failed: No module named 'pandas'", kind="RuntimeError"),
        raise_in_handler(
            "ClientError", "An error occurred (NoSuchBucket) when calling the PutObject operation: no"
        ),
    ],
)
def test_certain(answer: Answer) -> None:
    """What is certain is not asked twice."""
    outcome, tries = talk(always(answer))

    assert (outcome.status, len(tries)) == ("fail", 1)


def test_made_up_bucket() -> None:
    """AWS does not say which bucket is missing: where one was made up, it may be that one."""
    message = "An error occurred (NoSuchBucket) when calling the PutObject operation: The bucket does not exist"

    def function(event: Any) -> Answer:
        if "bucket" not in event:
            return raise_in_handler("KeyError", "'bucket'", "name = event['bucket']")
        return raise_in_handler("ClientError", message)

    route = Route(method="GET", resource="/{bucket}", path_parameters={"bucket": "sanity-test"})
    assert talk(function, asked({}, "plain"))[0].status == "skip"
    assert (
        talk(always(raise_in_handler("ClientError", message)), asked(rest_event(route), "rest"))[0].status
        == "skip"
    )
    assert talk(always(raise_in_handler("ClientError", message)), asked(GET, "rest"))[0].status == "fail"


def test_just_deployed() -> None:
    """What is refused just after a deployment may pass later."""
    message = "An error occurred (AccessDeniedException) when calling the PutItem operation: not authorized"

    assert talk(always(raise_in_handler("ClientError", message)))[0].may_pass_later


def test_slow_start() -> None:
    """A function that was slow once is asked again."""
    answers = iter([timed_out(), good()])

    assert talk(lambda event: next(answers))[0].status == "pass"


def test_timeout() -> None:
    """A function that is slow for null too is out of time; one that fails at null reads its event first."""
    assert talk(always(timed_out()))[0].error == "Task timed out after 3.00 seconds"
    assert talk(lambda event: timed_out() if event else raise_in_handler("TypeError", "x"))[0].status == "skip"
    assert len(talk(always(timed_out("300.00")))[1]) == 1


def test_malformed() -> None:
    """An answer that the caller cannot use is a fault, whatever was asked."""
    outcome, _ = talk(always(good({"message": "hello"})), asked(GET, "rest", method="GET"))

    assert (outcome.status, "statusCode" in outcome.error) == ("fail", True)


def test_nothing() -> None:
    """Null is a fault when it comes always, and when the log tells of no trouble behind it."""
    spec = asked(GET, "rest", method="GET")

    assert talk(always(good()), spec)[0].status == "fail"
    assert talk(always(Answer(payload=None, log="Email address is not verified")), spec)[0].status == "skip"
    assert (
        talk(lambda event: good() if event else raise_in_handler("KeyError", "'path'"), spec)[0].status == "skip"
    )


def test_says_500() -> None:
    """A GET that always gets 500 for no reason from elsewhere is a fault; what was posted may be the reason."""
    assert talk(always(response(500, "sorry")), asked(GET, "rest", method="GET"))[0].status == "fail"
    assert talk(always(response(500, "sorry")), asked(POST, "rest", method="POST"))[0].status == "skip"
    logged = response(500, "sorry", log="connection error")
    assert talk(always(logged), asked(GET, "rest", method="GET"))[0].status == "skip"


def test_says_what_is_missing() -> None:
    """A handler that catches everything still tells of what it is wired to."""
    message = "An error occurred (ResourceNotFoundException) when calling the PutItem operation: none"

    assert talk(always(response(500, message)), asked(POST, "rest", method="POST"))[0].status == "fail"


def test_fuller_request() -> None:
    """A request is given query, path parameters and body before its answer counts."""

    def function(event: Any) -> Answer:
        if not event.get("queryStringParameters"):
            return node_error("TypeError", "Cannot read properties of null (reading 'q')")
        return response()

    assert talk(function, asked(GET, "rest", method="GET"))[0].status == "pass"


def test_example() -> None:
    """An error that does not look at input counts on the repository's own event; else a made-up one is tried."""
    example = asked({"Records": [{"own": 1}]}, origin="example", made=MESSAGE, file="events/a.json")
    boom, own = raise_in_handler("RuntimeError", "boom"), raise_in_handler("KeyError", "'id'", "x = e['id']")

    failed, _ = talk(lambda event: boom if event else good(), example)
    stale, tries = talk(lambda event: own if "own" in str(event) else good(), example)

    assert "the repository's own event" in failed.error and failed.status == "fail"
    assert (stale.status, MESSAGE in [each.event for each in tries]) == ("skip", True)


@pytest.mark.parametrize(
    ("text", "status"),
    [("no code deployed", "fail"), ("java21 not supported for local execution", "skip")],
)
def test_mock(text: str, status: str) -> None:
    """The platform's own answer is never a pass; that there is no code is a fault."""
    assert talk(always(response(200, f"Mock response - {text}")), asked(GET, "rest"))[0].status == status


def test_busy() -> None:
    """A service that throttles twice says nothing of the function."""
    outcome, tries = talk(always(raise_in_handler("ThrottlingException", "Rate exceeded")))

    assert (outcome.status, len(tries)) == ("skip", 2)


@pytest.mark.parametrize("kind", list(EventKind))
def test_ends(kind: EventKind) -> None:
    """Every dialogue ends, also with a function that always misses something else."""
    count = iter(range(100))

    talk(lambda event: raise_in_handler("KeyError", f"'name{next(count)}x'"), asked(MESSAGE, kind))
