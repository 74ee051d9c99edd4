"""The test machine: what each state is given, what is left out, and that one test stops no other."""

from __future__ import annotations

import pytest
from tests.workflow import machine, sessions
from tests.workflow.machine import Answer, Raised, Run

pytestmark = pytest.mark.usefixtures("interpreter")


def start(monkeypatch: pytest.MonkeyPatch, concurrency: int = 10, **changed: Answer | list[Answer]) -> Run:
    given = sessions.sanity_test(concurrency)
    return machine.run(monkeypatch, "sanity_test", given, sessions.answers("sanity_test") | changed)


def test_source_that_has_to_be_cloned(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit is cloned first, with the plan of this session."""
    run = start(monkeypatch)

    assert run.status == "SUCCEEDED"
    assert run.visited[:4] == ["ValidateTestRequest", "IsCloneNeeded", "CloneRepository", "DiscoverResources"]
    [task] = run.received["CloneRepository"]
    [container] = task["Overrides"]["ContainerOverrides"]
    assert container["Environment"] == [{"Name": "PLAN_URL", "Value": sessions.CLONE_PLAN}]


def test_source_that_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """No container is started."""
    run = start(monkeypatch, ValidateTestRequest=sessions.target(needs_clone=False))

    assert run.status == "SUCCEEDED"
    assert "CloneRepository" not in run.visited


@pytest.mark.parametrize("concurrency", [1, 40])
def test_each_test_is_a_state_of_its_own(monkeypatch: pytest.MonkeyPatch, concurrency: int) -> None:
    """Each is given the session and its number, and runs once."""
    run = start(monkeypatch, concurrency)

    assert sorted(call["number"] for call in run.received["RunSanityTest"]) == [0, 1]
    assert {call["sessionId"] for call in run.received["RunSanityTest"]} == {sessions.SESSION}
    assert run.visited[-3:] == ["SummarizeTests", "RecordSuccess", "SessionSucceeded"]


def test_order_of_a_strict_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time is in the order of the tests."""
    items = [{"number": number, "name": f"test {number}"} for number in range(7)]

    run = start(monkeypatch, 1, GenerateTests={"items": items})

    assert [call["number"] for call in run.received["RunSanityTest"]] == list(range(7))


def test_many_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds are run, each once; nothing of their results is carried on in the state data."""
    items = [{"number": number, "name": f"test {number}"} for number in range(300)]

    run = start(monkeypatch, 40, GenerateTests={"items": items})

    assert run.status == "SUCCEEDED"
    assert sorted(call["number"] for call in run.received["RunSanityTest"]) == list(range(300))


def test_what_a_test_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """One word for each, whatever it told or why it broke: a thousand of them are state data, too."""
    items = [{"number": number, "name": "x" * 120} for number in range(2)]
    long = "x" * 1000

    run = start(
        monkeypatch,
        1,
        GenerateTests={"items": items},
        RunSanityTest=[{"status": "fail", "error": long}, Raised("KeyError", long)],
    )

    assert run.left["RunSanityTest"][0] == "fail"
    assert run.left["TestNotRun"] == ["skip"]


@pytest.mark.parametrize("error", ["KeyError", "States.Timeout", "Lambda.Unknown"])
def test_test_that_breaks(monkeypatch: pytest.MonkeyPatch, error: str) -> None:
    """The others are run all the same, and the summary is made."""
    run = start(
        monkeypatch, 1, RunSanityTest=[Raised(error), *[Raised(error)] * 2, {"status": "pass", "error": ""}]
    )

    assert run.status == "SUCCEEDED"
    assert {call["number"] for call in run.received["RunSanityTest"]} == {0, 1}
    assert "SummarizeTests" in run.visited


def test_tests_that_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The execution fails by the name of the error, with the names of the tests."""
    run = start(monkeypatch, SummarizeTests=Raised("SanityTestsFailed", "1 test failed: Table is active"))

    assert (run.status, run.error) == ("FAILED", "SanityTestsFailed")
    assert run.received["RecordFailure"][0]["error"]["Error"] == "SanityTestsFailed"
