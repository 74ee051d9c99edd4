"""State machines: they can run, and their states call what the template has them call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber
from tests.deployed_stack import Stack, a_function, a_resource, arn
from tests.deployed_things import make_function, make_role

from deployer.aws.checks import state_machines
from deployer.aws.checks.state_machines import CHECKS
from deployer.aws.clients import client
from deployer.sanity.state_machine import tests as generated

MACHINE, FUNCTION = arn("states", "stateMachine:flow"), arn("lambda", "function:orders")
ACTIVE, EXISTS, CALLS = "Flow is active and its definition valid", "Flow calls what exists", "Flow calls Orders"


def a_definition(function: str = FUNCTION, start: str = "A") -> str:
    return json.dumps({"StartAt": start, "States": {"A": {"Type": "Task", "Resource": function, "End": True}}})


@pytest.fixture
def stack(aws: None) -> Stack:
    """A machine that calls a function."""
    make_function()
    role = make_role()
    client("stepfunctions").create_state_machine(name="flow", definition=a_definition(), roleArn=role)
    given = {"DefinitionString": a_definition(), "RoleArn": role}
    machine = a_resource("StepFunctions::StateMachine", "Flow", MACHINE, **given)
    return Stack(generated, CHECKS, machine, a_function())


def put(**fields: Any) -> None:
    client("stepfunctions").update_state_machine(stateMachineArn=MACHINE, **fields)


def described(definition: str, **fields: Any) -> dict[str, Any]:
    answer = {
        "stateMachineArn": MACHINE,
        "name": "flow",
        "roleArn": "arn:r",
        "creationDate": 0,
        "type": "STANDARD",
    }
    return {**answer, "definition": definition, **fields}


def test_machine_as_in_its_template(stack: Stack) -> None:
    """All is well, whether or not the platform can validate a definition."""
    with Stubber(client("stepfunctions")) as stub:
        stub.add_response("describe_state_machine", described(a_definition(), status="ACTIVE"))
        stub.add_response("validate_state_machine_definition", {"result": "OK", "diagnostics": []})
        active = stack.outcome(ACTIVE)

    assert active.status == "pass"
    assert {stack.outcome(name).status for name in (EXISTS, CALLS, "Flow runs as role/shop-role")} == {"pass"}


def test_machine_that_calls_something_else(stack: Stack) -> None:
    """What the template names is missed, and that the other is not there is told."""
    put(definition=a_definition(f"{FUNCTION}-missing"))

    assert "no longer names Orders" in stack.outcome(CALLS).error
    assert "A calls what is not there" in stack.outcome(EXISTS).error


@pytest.mark.parametrize(("function", "verdict"), [("billing", "skip"), ("missing", "fail")])
def test_definition_in_s3(stack: Stack, function: str, verdict: str) -> None:
    """What it does not name may have no place in it, unless it names what is not there."""
    make_function("billing")
    put(definition=a_definition(arn("lambda", f"function:{function}")))
    given = {"DefinitionS3Location": {}, "DefinitionSubstitutions": {"Function": FUNCTION}}
    machine = a_resource("StepFunctions::StateMachine", "Flow", MACHINE, **given)

    assert Stack(generated, CHECKS, machine, a_function()).outcome(CALLS).status == verdict


def test_function_that_is_gone(stack: Stack) -> None:
    """The machine calls what does not exist."""
    client("lambda").delete_function(FunctionName="orders")

    assert "does not exist" in stack.outcome(CALLS).error


def test_role_that_is_gone(stack: Stack) -> None:
    """The machine cannot act."""
    client("iam").delete_role(RoleName="shop-role")

    assert "does not exist" in stack.outcome("Flow runs as role/shop-role").error


@pytest.mark.parametrize(
    ("answer", "validation", "word"),
    [
        (described(a_definition(start="B"), status="ACTIVE"), None, "starts at B"),
        (described(a_definition(), status="DELETING"), {"result": "OK", "diagnostics": []}, "DELETING"),
        (described(a_definition(), status="ACTIVE"), {"result": "FAIL", "diagnostics": []}, "invalid"),
    ],
)
def test_machines_that_cannot_run(aws: None, answer: Any, validation: Any, word: str) -> None:
    """By our own reading of the definition, by the machine's status, and by AWS's validation."""
    stack = Stack(generated, CHECKS, a_resource("StepFunctions::StateMachine", "Flow", MACHINE))
    with Stubber(client("stepfunctions")) as stub:
        stub.add_response("describe_state_machine", answer)
        if validation:
            stub.add_response("validate_state_machine_definition", validation)
        outcome = stack.outcome(ACTIVE)

    assert outcome.status == "fail"
    assert word in outcome.error


def test_platform_without_validation(aws: None) -> None:
    """Our own reading is then all there is."""
    stack = Stack(generated, CHECKS, a_resource("StepFunctions::StateMachine", "Flow", MACHINE))
    with Stubber(client("stepfunctions")) as stub:
        stub.add_response("describe_state_machine", described(a_definition(), status="ACTIVE"))
        stub.add_client_error("validate_state_machine_definition", "UnknownOperationException")

        assert stack.outcome(ACTIVE).status == "pass"


def test_call_into_another_account(stack: Stack) -> None:
    """It is not looked at."""
    put(definition=a_definition(arn("lambda", "function:theirs", account="999999999999")))

    assert stack.outcome(EXISTS).status == "pass"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ({"status": "SUCCEEDED"}, "pass"),
        ({"status": "FAILED", "error": "Lambda.ResourceNotFoundException"}, "fail"),
        ({"status": "FAILED", "error": "NotHello"}, "skip"),
    ],
)
def test_express_machine(aws: None, answer: Any, verdict: str) -> None:
    """It comes through; it calls what is not there; or its input may be made to fail."""
    times = {"executionArn": "arn:e", "startDate": 0, "stopDate": 0}
    machine = a_resource("StepFunctions::StateMachine", "Flow", MACHINE, StateMachineType="EXPRESS")
    stack = Stack(generated, CHECKS, machine, **{"events/flow-input.json": "{}"})
    with Stubber(state_machines._client_that_waits()) as stub:
        asked = {"stateMachineArn": MACHINE, "input": "{}"}
        stub.add_response("start_sync_execution", {**times, **answer}, asked)

        assert stack.outcome("Flow runs with events/flow-input.json").status == verdict


def test_express_machine_that_takes_long(aws: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be said for sure."""

    def start(**_: str) -> None:
        raise ReadTimeoutError(endpoint_url="https://sync-states")

    machine = a_resource("StepFunctions::StateMachine", "Flow", MACHINE, StateMachineType="EXPRESS")
    stack = Stack(generated, CHECKS, machine, **{"events/flow-input.json": "{}"})
    monkeypatch.setattr(state_machines._client_that_waits(), "start_sync_execution", start)

    assert stack.outcome("Flow runs with events/flow-input.json").status == "skip"


def test_execution_is_waited_for(aws: None) -> None:
    """For as long as an Express execution may take; it is not started again, whatever comes of it."""
    config = state_machines._client_that_waits().meta.config

    assert (config.read_timeout, config.retries["total_max_attempts"]) == (310, 1)
