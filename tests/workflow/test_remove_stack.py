"""The removal machine's ways, as an interpreter of its definition takes them."""

from __future__ import annotations

import pytest
from tests.workflow import machine, sessions

pytestmark = pytest.mark.usefixtures("interpreter")

END = ["DeleteStack", "CheckStack", "IsStackSettled", "RecordRemoval", "SessionSucceeded"]


def test_removal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets are emptied, the stack is deleted and watched until it is gone, and the session says so."""
    run = machine.run(monkeypatch, "remove_stack", sessions.removal(), sessions.answers("remove_stack"))

    assert run.status == "SUCCEEDED"
    assert run.visited == ["EmptyBuckets", "AreBucketsEmpty", *END]
    assert run.received["DeleteStack"][0]["stackId"] == sessions.STACK


def test_buckets_with_many_objects(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emptying goes on for as many calls as it takes."""
    some: list[machine.Answer] = [{"areEmpty": False}, {"areEmpty": False}, {"areEmpty": True}]
    answers = sessions.answers("remove_stack") | {"EmptyBuckets": some}

    run = machine.run(monkeypatch, "remove_stack", sessions.removal(), answers)

    assert run.status == "SUCCEEDED"
    assert run.visited.count("EmptyBuckets") == 3


def test_stack_that_goes_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at again until it is gone."""
    looks: list[machine.Answer] = [sessions.stack(settled=False, wait=9), sessions.stack()]
    answers = sessions.answers("remove_stack") | {"CheckStack": looks}

    run = machine.run(monkeypatch, "remove_stack", sessions.removal(), answers)

    assert run.status == "SUCCEEDED"
    assert run.waits == [9]
