"""The state machines: every state is reached, bounded, and allowed to do what it does."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.unit import application
from tests.unit.application import CONTAINERS, LAMBDA_STATES, MACHINES, NESTED, ROOT, STATES


def targets(state: dict[str, Any]) -> set[str]:
    """Every state that this one may go to."""
    branches = [state, *state.get("Catch", []), *state.get("Choices", [])]
    return {branch[key] for branch in branches for key in ("Next", "Default") if key in branch}


def processors(name: str) -> list[dict[str, Any]]:
    """The machine, and what each of its Maps runs: each has states of its own, and a way through them."""
    machine = application.definition(name)
    return [machine, *(body["ItemProcessor"] for body in machine["States"].values() if body["Type"] == "Map")]


PROCESSORS = [each for name in MACHINES.values() for each in processors(name)]


@pytest.mark.parametrize("machine", PROCESSORS)
def test_every_target_exists(machine: dict[str, Any]) -> None:
    """No state leads to one that is not there."""
    states = machine["States"]

    assert {target for state in states.values() for target in targets(state)} <= states.keys()


@pytest.mark.parametrize("machine", PROCESSORS)
def test_every_state_is_reached(machine: dict[str, Any]) -> None:
    """There is a way from the start to each state."""
    reached, waiting = set[str](), [machine["StartAt"]]
    while waiting:
        if (state := waiting.pop()) not in reached:
            reached.add(state)
            waiting += targets(machine["States"][state])

    assert reached == machine["States"].keys()


@pytest.mark.parametrize(("name", "state"), STATES)
def test_task_is_bounded(name: str, state: str) -> None:
    """Each Task says what is true after it, how long it may take, what is tried again, and where errors go."""
    task = application.states(name)[state]

    assert task["Comment"].endswith(".")
    assert 0 < task["TimeoutSeconds"] <= (5160 if state in NESTED else 1200)
    assert task["Retry"]
    assert all(retrier["JitterStrategy"] == _jitter(retrier) for retrier in task["Retry"])
    [catcher] = task["Catch"]
    assert catcher["ErrorEquals"] == ["States.ALL"]
    assert catcher["Next"] == _AFTER_ERROR.get(state, "RecordFailure")


# What could not be written down here is written down by ExecutionEnded; one test that breaks stops no other.
_AFTER_ERROR = {"RecordFailure": "SessionFailedUnrecorded", "RunSanityTest": "TestNotRun"}


def _jitter(retrier: dict[str, Any]) -> str:
    """Only one session waits for a stack to go: its pauses are a time limit, and nothing of it is chance."""
    return "NONE" if retrier["ErrorEquals"] == ["StackBeingCleared"] else "FULL"


def pauses(retrier: dict[str, Any]) -> float:
    """Seconds that all tries together leave, without jitter."""
    grown = (retrier["IntervalSeconds"] * retrier["BackoffRate"] ** n for n in range(retrier["MaxAttempts"]))
    return float(sum(min(pause, retrier["MaxDelaySeconds"]) for pause in grown))


@pytest.mark.parametrize(("name", "state"), STATES)
def test_passing_trouble_is_tried_again(name: str, state: str) -> None:
    """What is Lambda's, ECS's or another service's own trouble is no session's end.

    Sources: Step Functions Developer Guide, "Handling errors" (Lambda.Unknown for a function that was ended) and
    "Amazon ECS/Fargate" (AmazonECS.Unknown when RunTask answers with failures, as without capacity).
    The last ones are botocore's classes, by which a function in Python fails.
    """
    task = application.states(name)[state]
    tried_again = {error for retrier in task["Retry"] for error in retrier["ErrorEquals"]}

    if state in CONTAINERS:
        assert tried_again >= {"AmazonECS.Unknown", "ECS.AmazonECSException"}
    elif state in NESTED:
        assert tried_again >= {"StepFunctions.ExecutionLimitExceeded"}
    else:
        assert tried_again >= {
            "Lambda.TooManyRequestsException",
            "Lambda.Unknown",
            "Runtime.ExitError",
            "Runtime.Unknown",
        }
        assert tried_again >= {"ClientError", "ReadTimeoutError", "TransactionCanceledException"}


def test_time_for_a_stack_to_go() -> None:
    """What a failed create left has time to go: a function in a VPC takes some twenty minutes."""
    retriers = application.definition("deploy")["States"]["CreateChangeSet"]["Retry"]
    [clearing] = [retrier for retrier in retriers if retrier["ErrorEquals"] == ["StackBeingCleared"]]

    assert pauses(clearing) >= 25 * 60


@pytest.mark.parametrize("name", MACHINES.values())
def test_machine_is_bounded(name: str) -> None:
    """No execution runs for ever, and the machine says what it does."""
    machine = application.definition(name)

    assert machine["Comment"]
    assert machine["TimeoutSeconds"] <= 3 * 3600


def test_machine_outlives_its_states() -> None:
    """A session ends by a state of its own, which says why, even when each takes the longest that it may."""
    machine = application.definition("deploy")
    states = machine["States"]
    stack = application.template()["Parameters"]["StackTimeoutMinutes"]["MaxValue"] * 60
    before = sum(states[state]["TimeoutSeconds"] for state in (*CONTAINERS, "PublishPackage"))
    clearing = max(pauses(retrier) for retrier in states["CreateChangeSet"]["Retry"])
    going_back = 3600

    tests = states["RunSanityTests"]["TimeoutSeconds"]

    assert machine["TimeoutSeconds"] >= before + clearing + stack + going_back
    assert machine["TimeoutSeconds"] >= before + stack + tests


def test_nested_tests_have_the_time_that_tests_have() -> None:
    """A deployment waits until the test machine itself has ended, and has said why."""
    waited = application.definition("deploy")["States"]["RunSanityTests"]["TimeoutSeconds"]

    assert 0 < waited - application.definition("sanity_test")["TimeoutSeconds"] <= 60


@pytest.mark.parametrize(("name", "state"), STATES)
def test_function_ends_before_its_state(name: str, state: str) -> None:
    """What takes too long ends as Lambda's own error, which names the function."""
    if state not in LAMBDA_STATES:
        return
    function = application.resources("AWS::Lambda::Function")[f"{state}Function"]

    assert function["Timeout"] < application.states(name)[state]["TimeoutSeconds"]


@pytest.mark.parametrize(
    ("state", "parameter"),
    [("CloneRepository", "CloneTimeoutSeconds"), ("PackageProject", "BuildTimeoutSeconds")],
)
def test_container_ends_before_its_state(state: str, parameter: str) -> None:
    """The longest time that can be given leaves a minute for the task to start and to leave its report."""
    allowed = application.template()["Parameters"][parameter]["MaxValue"]

    assert allowed + 60 <= application.definition("deploy")["States"][state]["TimeoutSeconds"]


@pytest.mark.parametrize(("machine", "name"), MACHINES.items())
def test_substitutions(machine: str, name: str) -> None:
    """The template gives a definition what it asks for, and nothing else."""
    text = (ROOT / "statemachines" / f"{name}.asl.json").read_text()
    properties = application.template()["Resources"][machine]["Properties"]

    assert properties["DefinitionUri"] == f"statemachines/{name}.asl.json"
    assert properties["DefinitionSubstitutions"].keys() == set(re.findall(r"\$\{(\w+)\}", text))


@pytest.mark.parametrize("machine", MACHINES)
def test_machine_may_call_its_functions(machine: str) -> None:
    """Its role invokes the functions of its states, and no other."""
    given = application.template()["Resources"][machine]["Properties"]["DefinitionSubstitutions"]
    wanted = [value for key, value in given.items() if key.endswith("FunctionArn")]
    allowed = [
        arn
        for holder, statement in application.statements()
        if holder == f"{machine}Role" and statement["Action"] == "lambda:InvokeFunction"
        for arn in application.listed(statement["Resource"])
    ]

    assert sorted(allowed, key=str) == sorted(wanted, key=str)


@pytest.mark.parametrize("machine", MACHINES)
def test_machine_is_logged_without_data(machine: str) -> None:
    """Every step is logged and traced; state data, which holds a container's address, is not."""
    properties = application.expanded()["Resources"][machine]["Properties"]

    assert properties["LoggingConfiguration"]["Level"] == "ALL"
    assert properties["LoggingConfiguration"]["IncludeExecutionData"] is False
    assert properties["TracingConfiguration"]["Enabled"] is True


def test_where_containers_run() -> None:
    """In the subnets that were made, with an address of their own; or in the caller's, as the caller says."""
    given = application.template()["Resources"]["DeployStateMachine"]["Properties"]["DefinitionSubstitutions"]
    made = application.resolve(given, application.conditions({}))
    own = application.resolve(given, application.conditions({"VpcId": "vpc-1"}))

    assert made["SubnetIds"] == {"Fn::Join": [",", [{"Ref": "SubnetA"}, {"Ref": "SubnetB"}]]}
    assert made["AssignPublicIp"] == "ENABLED"
    assert own["SubnetIds"] == {"Fn::Join": [",", {"Ref": "SubnetIds"}]}
    assert own["AssignPublicIp"] == {"Ref": "AssignPublicIp"}
