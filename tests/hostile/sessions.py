"""What callers do with sessions: the same again, too many, those of others, and texts that could be a program."""

from __future__ import annotations

import json
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from moto import mock_aws
from tests.api_caller import SETTINGS, call
from tests.hostile.case import NO_HARM, Act, Case
from tests.session_table import ENTERED_AT, create_table

import validate_request
from deployer.aws.clients import client
from deployer.errors import DeployerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.arena import Arena

_BODY: Final = {"repository": "octo/hello"}
_MAX_INPUT_BYTES: Final = 32_768
_UNSEEN: Final = "404 SessionNotFound"
# What Step Functions would work out, if it stood in a definition.
PROGRAMS: Final = (
    "$.sessionId",
    "$$.Execution.Input",
    "States.Format('{}', $.request)",
    "{% $states.input %}",
    "States.StringToJson($.x)",
)


def cases() -> Iterator[Case]:
    yield _case("L7-1", "one request 20 times at once, with one key", ("1 execution",), _at_once)
    yield _case("L7-2", "another request with a key that was used", ("422 IdempotencyKeyReused",), _reused)
    for number, (method, path) in enumerate(
        (("GET", "/status/{id}"), ("GET", "/test-status/{id}"), ("DELETE", "/deployments/{id}")), 1
    ):
        attack = f"{method} {path} of somebody else's session"
        yield _case(f"L9-{number}", attack, (_UNSEEN,), _of_another(method, path))
    yield _case("L9-4", "a list that has somebody else's sessions", ("0 sessions",), _list_of_another)
    yield _case("L10-1", "more sessions than may run at once", ("QuotaExceeded",), _too_many("2", "90"))
    yield _case("L10-2", "more sessions than a day may have", ("QuotaExceeded",), _too_many("90", "2"))
    yield _case("L5-1", "the largest request that is taken", (NO_HARM,), _largest)
    for number, text in enumerate(PROGRAMS, 1):
        yield _case(f"L11-{number}", f"a parameter of {text}", (NO_HARM,), _programmed(text))


def _case(id: str, attack: str, expected: tuple[str, ...], act: Callable[[Arena], str]) -> Case:
    """In an account of its own, with the session table and the state machines."""

    def prepare(place: Arena) -> Act:
        def tried() -> str:
            os.environ.update(SETTINGS | {"AWS_DEFAULT_REGION": "us-east-1"})
            with mock_aws():
                create_table()
                waits = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 600, "End": True}}}
                for machine in ("Deploy", "SanityTest", "RemoveStack"):
                    role = "arn:aws:iam::123456789012:role/machine"
                    client("stepfunctions").create_state_machine(
                        name=machine, definition=json.dumps(waits), roleArn=role
                    )
                return act(place)

        return tried

    return Case(id=id, attack=attack, expected=expected, prepare=prepare)


def _deploy(**fields: Any) -> str:
    return str(call("POST", "/deploy", _BODY | fields).body["sessionId"])


def _told(method: str, path: str, body: Any = None, **more: Any) -> str:
    answer = call(method, path, body, **more)
    return f"{answer.status} {answer.body['code']}" if answer.status >= 400 else str(answer.status)


def _inputs() -> list[str]:
    """Of every execution that was started."""
    states = client("stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    arns = [
        each["executionArn"]
        for machine in machines
        for each in states.list_executions(stateMachineArn=machine["stateMachineArn"])["executions"]
    ]
    return [states.describe_execution(executionArn=arn)["input"] for arn in arns]


def _at_once(_place: Arena) -> str:
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: call("POST", "/deploy", _BODY, Idempotency_Key="again"), range(20)))
    if len({answer.body.get("sessionId") for answer in answers if answer.status == 202}) != 1:
        return f"answers {[answer.status for answer in answers]}"
    return f"{len(_inputs())} execution"


def _reused(_place: Arena) -> str:
    call("POST", "/deploy", _BODY, Idempotency_Key="again")
    return _told("POST", "/deploy", {"repository": "octo/other"}, Idempotency_Key="again")


def _of_another(method: str, path: str) -> Callable[[Arena], str]:
    return lambda _place: _told(method, path.format(id=_deploy()), key="caller-2")


def _list_of_another(_place: Arena) -> str:
    _deploy()
    return f"{call('GET', '/deployments', key='caller-2').body['count']} sessions"


def _too_many(running: str, a_day: str) -> Callable[[Arena], str]:
    """The Git host is not asked: it is another host, which nobody may reach."""

    def act(place: Arena) -> str:
        os.environ.update(
            {
                "GIT_URL": place.other.url,
                "PRIVATE_REPOSITORIES": "",
                "GIT_TOKEN_SECRET_ARN": "",
                "MAX_RUNNING_SESSIONS": running,
                "MAX_SESSIONS_PER_DAY": a_day,
            }
        )
        ids = sorted((_deploy() for _ in range(3)), key=lambda session_id: session_id[:13])
        defaults = {"branch": None, "commit": None, "projectRoot": "", "template": None, "stackName": None}
        try:
            validate_request.handler(
                {"sessionId": ids[-1], "enteredAt": ENTERED_AT, "request": _BODY | defaults},  # type: ignore[typeddict-item]
                None,
            )
        except DeployerError as error:
            return error.code
        return NO_HARM

    return act


def _largest(_place: Arena) -> str:
    """What comes of it stays far below what a state may hand on, 262,144 bytes."""
    tags = {f"tag{number}": "x" * 200 for number in range(40)}
    _deploy(tags=tags, parameters={"A": "x" * 4096, "B": "x" * 2000}, branch="b" * 200)
    [given] = _inputs()
    return NO_HARM if len(given) < _MAX_INPUT_BYTES else f"{len(given)} bytes"


def _programmed(text: str) -> Callable[[Arena], str]:
    """It is in no state data, where a definition could come to read it."""

    def act(_place: Arena) -> str:
        _deploy(parameters={"Name": text})
        return "in the input" if any(text in given for given in _inputs()) else NO_HARM

    return act
