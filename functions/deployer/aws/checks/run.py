"""One sanity test from its start to its outcome: what AWS refuses is told apart, what may heal is tried again."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.existence import SPREAD_SECONDS
from deployer.aws.checks.missing import is_missing, is_refused, is_unknown_operation
from deployer.aws.checks.registry import CHECKS
from deployer.aws.clients import last_call
from deployer.sanity.reproduce import command
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.sanity.sanity_test import SanityTest

PAUSES: Final = (1.0, 3.0, 6.0, 12.0, 45.0)
"""Seconds between tries: as many of them as an outcome has patience for."""
TOTAL_SECONDS: Final = 840
"""No look begins that would not end by then, if it takes as long as the last one: a function has 15 minutes."""


def run(test: SanityTest, sleep: Callable[[float], None], clock: Callable[[], float] = time.monotonic) -> Outcome:
    """Not ready yet is told apart from broken: what may pass later is looked at again, a few times."""
    if "skip" in test:
        return Outcome(status=Verdict.SKIP, error=test["skip"])
    until, waited = clock() + TOTAL_SECONDS, 0.0
    outcome, took = _timed(test, clock)
    for pause in PAUSES:
        if not _is_open(outcome, waited) or clock() + pause + took > until:
            break
        sleep(pause)
        waited += pause
        outcome, took = _timed(test, clock)
    return _waited_for(outcome, waited)


def _timed(test: SanityTest, clock: Callable[[], float]) -> tuple[Outcome, float]:
    began = clock()
    return _tried(test), clock() - began


def _is_open(outcome: Outcome, waited: float) -> bool:
    is_good = outcome.status is Verdict.PASS
    return outcome.may_pass_later and not is_good and waited < outcome.patience_seconds


def _waited_for(outcome: Outcome, waited: float) -> Outcome:
    """What still says *not yet* after the last look says nothing of whether it works."""
    if not outcome.may_pass_later or outcome.status is not Verdict.SKIP:
        return outcome
    return replace(outcome, error=f"{outcome.error}; still so after {waited:g} s")


def _tried(test: SanityTest) -> Outcome:
    try:
        return CHECKS[test["check"]](test["spec"])
    except ClientError as error:
        return _refusal(test, error)


def _refusal(test: SanityTest, error: ClientError) -> Outcome:
    """What it means that AWS refused a look. Raises the error when it means nothing about what is looked at."""
    asked, message = error.operation_name, str(error.response.get("Error", {}).get("Message", error))
    what = test["physicalId"] or test["logicalId"]
    if is_missing(error):
        verdict, told = Verdict.FAIL, f"{what} does not exist: {message}"
    elif is_refused(error):
        verdict, told = Verdict.SKIP, f"this application may not look: {asked} was refused"
    elif is_unknown_operation(error):
        verdict, told = Verdict.SKIP, f"the platform does not know {asked}"
    else:
        raise error
    call = last_call(asked)
    reproduce = command(call.service, call.operation, call.parameters) if call else ""
    return Outcome(
        status=verdict,
        error=told,
        evidence={"operation": asked, "answer": message},
        reproduce=reproduce,
        may_pass_later=verdict is Verdict.FAIL,
        patience_seconds=SPREAD_SECONDS,
    )
