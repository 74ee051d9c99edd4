"""The deploy machine's ways, as an interpreter of its definition takes them."""

from __future__ import annotations

from datetime import datetime

import pytest
from tests.workflow import machine, sessions
from tests.workflow.machine import Raised, Run

pytestmark = pytest.mark.usefixtures("interpreter")

BEFORE_THE_BUILD = ["ValidateRequest", "IsCloneNeeded", "CloneRepository", "DetectProject", "HasAnythingToBuild"]
CHANGE_SET = ["PublishPackage", "CreateChangeSet", "CheckChangeSet", "IsChangeSetReady"]
STACK = ["IsExecutionWanted", "ExecuteChangeSet", "CheckStack", "IsStackSettled"]
SUCCESS = ["CollectResources", "AreTestsWanted", "RecordSuccess", "SessionSucceeded"]


def deploy(
    monkeypatch: pytest.MonkeyPatch,
    mode: str = "deploy",
    *,
    run_tests: bool = False,
    **changed: machine.Answer | list[machine.Answer],
) -> Run:
    answers = sessions.answers("deploy") | changed
    return machine.run(monkeypatch, "deploy", sessions.deployment(mode, run_tests=run_tests), answers)


def test_project_with_a_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every state of the plan is visited once, in its order, and the execution succeeds."""
    run = deploy(monkeypatch)

    assert run.status == "SUCCEEDED"
    assert run.visited == [*BEFORE_THE_BUILD, "PackageProject", *CHANGE_SET, *STACK, *SUCCESS]


def test_nothing_to_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """No container is started for a project that has nothing to build."""
    run = deploy(monkeypatch, DetectProject=sessions.project(needs_build=False))

    assert run.status == "SUCCEEDED"
    assert run.visited == [*BEFORE_THE_BUILD, *CHANGE_SET, *STACK, *SUCCESS]
    assert "PackageProject" not in run.received


def test_source_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No container is started to clone what an earlier session left."""
    there = {**sessions.SOURCE, "needsClone": False, "planUrl": None}

    run = deploy(monkeypatch, ValidateRequest=there)

    assert run.status == "SUCCEEDED"
    assert run.visited[:3] == ["ValidateRequest", "IsCloneNeeded", "DetectProject"]


def test_what_every_function_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every function learns its session and when its state was entered; nothing else than it names reaches it."""
    run = deploy(monkeypatch)

    containers = {"CloneRepository", "PackageProject"}
    functions = {state: calls[0] for state, calls in run.received.items() if state not in containers}
    assert all(payload["sessionId"] == sessions.SESSION for payload in functions.values())
    assert all(datetime.fromisoformat(payload["enteredAt"]) for payload in functions.values())
    named = {state: sorted(payload.keys() - {"sessionId", "enteredAt"}) for state, payload in functions.items()}
    assert named == {
        "ValidateRequest": ["request"],
        "DetectProject": ["request", "source"],
        "PublishPackage": ["project", "request", "source"],
        "CreateChangeSet": ["package", "request", "source"],
        "CheckChangeSet": ["changeSet"],
        "ExecuteChangeSet": ["changeSet", "request"],
        "CheckStack": ["stack"],
        "CollectResources": ["changeSet", "package"],
        "RecordSuccess": [],
    }


@pytest.mark.parametrize(
    ("state", "container", "plan_url"),
    [
        ("CloneRepository", "clone", sessions.CLONE_PLAN),
        ("PackageProject", "build", sessions.BUILD_PLAN),
    ],
)
def test_what_a_container_is_given(
    monkeypatch: pytest.MonkeyPatch, state: str, container: str, plan_url: str
) -> None:
    """A container is given the address of its plan and nothing else, and its task carries the session's id."""
    run = deploy(monkeypatch)

    [task] = run.received[state]
    [override] = task["Overrides"]["ContainerOverrides"]
    assert override == {"Name": container, "Environment": [{"Name": "PLAN_URL", "Value": plan_url}]}
    assert "TaskRoleArn" not in task["Overrides"]
    assert task["TaskDefinition"].endswith(f"task-definition/{container}:1")
    network = task["NetworkConfiguration"]["AwsvpcConfiguration"]
    assert network["Subnets"] == ["subnet-1", "subnet-2"]
    assert {"Key": "DeploymentSessionId", "Value": sessions.SESSION} in task["Tags"]


def test_change_set_that_takes_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at again, after the pause that the last look asked for, until it is ready."""
    looks: list[machine.Answer] = [
        sessions.change_set(ready=False, wait=3),
        sessions.change_set(ready=False, wait=5),
        sessions.change_set(),
    ]

    run = deploy(monkeypatch, CheckChangeSet=looks)

    assert run.status == "SUCCEEDED"
    assert run.visited.count("CheckChangeSet") == 3
    assert run.waits == [3, 5]


def test_stack_that_takes_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at again, after growing pauses, until it has settled; each look starts from the last."""
    looks: list[machine.Answer] = [
        sessions.stack(settled=False, wait=8),
        sessions.stack(settled=False, wait=13),
        sessions.stack(),
    ]

    run = deploy(monkeypatch, CheckStack=looks)

    assert run.status == "SUCCEEDED"
    assert run.waits == [8, 13]
    assert [call["stack"]["waitSeconds"] for call in run.received["CheckStack"]] == [5, 8, 13]


def test_template_without_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    """The change set is discarded, and what the stack already has is collected: a success."""
    run = deploy(monkeypatch, CheckChangeSet=sessions.change_set(changes=False))

    assert run.status == "SUCCEEDED"
    assert "ExecuteChangeSet" not in run.visited
    assert run.visited[-6:] == ["DiscardChangeSet", "IsPlanOnly", *SUCCESS]


def test_deployment_that_is_tested(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests are an execution of their own, under their session's id; it knows who started it."""
    run = deploy(monkeypatch, run_tests=True)

    assert run.status == "SUCCEEDED"
    assert run.visited[-5:] == [
        "AreTestsWanted",
        "CreateTestSession",
        "RunSanityTests",
        "RecordSuccess",
        "SessionSucceeded",
    ]
    [started] = run.received["RunSanityTests"]
    assert started["Name"] == started["Input"]["sessionId"] == sessions.TESTS
    assert started["Input"]["request"] == sessions.sanity_test()["request"]
    assert ":execution:" in started["Input"]["AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID"]


def test_plan_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan changes nothing: the change set is discarded, and there is nothing to collect."""
    run = deploy(monkeypatch, mode="plan")

    assert run.status == "SUCCEEDED"
    assert "ExecuteChangeSet" not in run.visited
    assert run.visited[-4:] == ["DiscardChangeSet", "IsPlanOnly", "RecordSuccess", "SessionSucceeded"]


def test_stack_that_is_overdue(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is stopped once, then watched until it has gone back, and the session fails with the look's error."""
    looks: list[machine.Answer] = [
        sessions.stack(settled=False, overdue=True),
        sessions.stack(settled=False, stopping=True),
        Raised("StackTimedOut"),
    ]

    run = deploy(monkeypatch, CheckStack=looks, RecordFailure={"error": "StackTimedOut", "cause": "45 minutes"})

    assert (run.status, run.error, run.cause) == ("FAILED", "StackTimedOut", "45 minutes")
    assert run.visited.count("StopStack") == 1
    assert run.visited.count("CheckStack") == 3
    assert run.received["CheckStack"][1]["stack"]["isStopping"] is True


def test_github_that_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """GitHub's own trouble is worth three more tries."""
    tries: list[machine.Answer] = [Raised("GitHubUnavailable"), Raised("GitHubUnavailable"), sessions.SOURCE]

    run = deploy(monkeypatch, ValidateRequest=tries)

    assert run.status == "SUCCEEDED"
    entered = {call["enteredAt"] for call in run.received["ValidateRequest"]}
    assert len(run.received["ValidateRequest"]) == 3
    assert len(entered) == 1, "a retry writes the same log entries again, so it must see the same time"


def test_github_that_stays_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """After three more tries the session fails."""
    failure = {"error": "GitHubUnavailable", "cause": "503"}

    run = deploy(monkeypatch, ValidateRequest=Raised("GitHubUnavailable"), RecordFailure=failure)

    assert (run.status, run.error) == ("FAILED", "GitHubUnavailable")
    assert len(run.received["ValidateRequest"]) == 4
