"""One test from start to outcome: what AWS refuses is told apart, what may heal is tried again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import run_sanity_test
from deployer.aws.checks.registry import CHECKS
from deployer.aws.checks.run import PAUSES, run
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.sanity.sanity_test import SanityTest

PASS = Outcome(status=Verdict.PASS)
MOVING = Outcome(status=Verdict.FAIL, error="it is CREATING", may_pass_later=True)
BROKEN = Outcome(status=Verdict.FAIL, error="it is broken")
TEST: SanityTest = {
    "name": "Orders is active",
    "resourceType": "AWS::DynamoDB::Table",
    "logicalId": "Orders",
    "physicalId": "shop-orders",
    "check": "a check",
    "spec": {},
}


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the check answers in turn; the last one stays."""

    def give(*outcomes: Outcome | Exception) -> None:
        waiting = list(outcomes)

        def check(_spec: Any) -> Outcome:
            outcome = waiting.pop(0) if len(waiting) > 1 else waiting[0]
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setitem(CHECKS, "a check", check)

    return give


def never(seconds: float) -> None:
    raise AssertionError(f"waited for {seconds} s")


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "DescribeTable")


def test_what_heals(answers: Callable[..., None]) -> None:
    """It is looked at again after a while, and passes."""
    slept: list[float] = []
    answers(MOVING, MOVING, PASS)

    assert run(TEST, slept.append) == PASS
    assert slept == list(PAUSES[:2])


def test_what_says_not_yet(answers: Callable[..., None]) -> None:
    """It is looked at again, and counts neither way when it still says so; how long that was is told."""
    slept: list[float] = []
    answers(Outcome(status=Verdict.SKIP, error="it is Pending", may_pass_later=True))

    outcome = run(TEST, slept.append)

    assert (outcome.status, outcome.error) == (Verdict.SKIP, "it is Pending; still so after 22 s")
    assert slept == [1, 3, 6, 12]


@pytest.mark.parametrize(
    ("patience_seconds", "pauses"), [(4, [1, 3]), (20, [1, 3, 6, 12]), (60, [1, 3, 6, 12, 45])]
)
def test_patience(answers: Callable[..., None], patience_seconds: int, pauses: list[float]) -> None:
    """What heals soon is soon given up; what AWS takes a minute for is given one."""
    slept: list[float] = []
    answers(replace(MOVING, patience_seconds=patience_seconds))

    assert run(TEST, slept.append).status is Verdict.FAIL
    assert slept == pauses


def test_long_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no time left for another look like the last one, the last one counts."""
    now, looks = [0.0], []

    def look(_spec: Any) -> Outcome:
        now[0] += 400
        looks.append(now[0])
        return MOVING

    monkeypatch.setitem(CHECKS, "a check", look)

    assert run(TEST, lambda _: None, clock=lambda: now[0]) == MOVING
    assert looks == [400, 800]


def test_what_does_not_heal(answers: Callable[..., None]) -> None:
    """After the last look it is a failure."""
    answers(MOVING)

    assert run(TEST, lambda _: None) == MOVING


def test_what_time_does_not_change(answers: Callable[..., None]) -> None:
    """It is not waited for."""
    answers(BROKEN)

    assert run(TEST, never) == BROKEN


def test_test_that_is_skipped() -> None:
    """Its check is not called; the reason is the outcome."""
    outcome = run({**TEST, "skip": "it is a role"}, never)

    assert (outcome.status, outcome.error) == (Verdict.SKIP, "it is a role")


@pytest.mark.parametrize(
    ("error", "verdict", "told"),
    [
        (refusal("ResourceNotFoundException"), Verdict.FAIL, "shop-orders does not exist: no"),
        (
            refusal("AccessDeniedException"),
            Verdict.SKIP,
            "this application may not look: DescribeTable was refused",
        ),
        (refusal("UnknownOperationException"), Verdict.SKIP, "the platform does not know DescribeTable"),
    ],
)
def test_refusal(answers: Callable[..., None], error: ClientError, verdict: Verdict, told: str) -> None:
    """What is missing is broken; what we may not see, or the platform does not know, is not."""
    answers(error)

    outcome = run(TEST, lambda _: None)

    assert (outcome.status, outcome.error) == (verdict, told)


def test_what_is_not_seen_everywhere_yet(answers: Callable[..., None]) -> None:
    """What does not exist is looked for again, but not for long."""
    slept: list[float] = []
    answers(refusal("NoSuchEntity"), refusal("NoSuchEntity"), PASS)

    assert run(TEST, slept.append) == PASS
    answers(refusal("NoSuchEntity"))
    assert run(TEST, slept.append).status is Verdict.FAIL
    assert slept == [1, 3] * 2


@pytest.mark.parametrize("error", [refusal("InternalFailure"), EndpointConnectionError(endpoint_url="x")])
def test_trouble_of_the_service(answers: Callable[..., None], error: Exception) -> None:
    """It says nothing of what is tested: it escapes, and the state is tried again."""
    answers(error)

    with pytest.raises(type(error)):
        run_sanity_test._outcome(TEST)


def test_fault_of_ours(answers: Callable[..., None]) -> None:
    """A check that breaks is no failure of the stack."""
    answers(KeyError("x"))

    outcome = run_sanity_test._outcome(TEST)

    assert (outcome.status, outcome.error) == (Verdict.SKIP, "the test itself broke, by a KeyError")
