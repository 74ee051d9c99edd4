"""SummarizeTests: every test has a result, and the session knows how they went together."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployer.amounts import counted
from deployer.aws.artifacts import Artifacts, trusted_key
from deployer.aws.sessions import Sessions
from deployer.errors import NothingTested, SanityTestsFailed
from deployer.sanity.sanity_test import Verdict
from deployer.sanity.summary import duration_ms, sentence, summary
from deployer.session import LogLevel, SessionStatus, Stage
from deployer.settings import Settings
from deployer.worker import TESTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from deployer.sanity.sanity_test import SanityTest, SanityTestResult, Summary
    from deployer.state_data import StateEvent

_MAX_BYTES: Final = 64 << 20
_MAX_NAMED: Final = 5
_NOT_RUN: Final = "the test could not be run to its end: see the execution"


def handler(event: StateEvent, _context: object) -> Summary:
    """Raises SanityTestsFailed, and NothingTested when no test could say anything."""
    settings = Settings.from_env()
    sessions, session_id = Sessions.from_settings(settings), event["sessionId"]

    body = Artifacts.from_settings(settings).get(trusted_key(session_id, TESTS), _MAX_BYTES)
    results = _complete(sessions, event, json.loads(body))
    counts = summary(results, duration_ms(results))
    _record(sessions, event, results, counts)

    if counts["failed"]:
        failed = [result["name"] for result in results if result["status"] == Verdict.FAIL]
        raise SanityTestsFailed(f"{counted(counts['failed'], 'test')} failed: {_listed(failed)}")
    if not counts["passed"]:
        raise NothingTested(f"no test could be run; {sentence(counts)}")
    return counts


def _complete(sessions: Sessions, event: StateEvent, tests: Sequence[SanityTest]) -> list[SanityTestResult]:
    """The results in the order of the tests. A test without one, whose function was ended, is skipped."""
    known = sessions.numbered_results(event["sessionId"])
    for number, test in enumerate(tests):
        if number not in known:
            known[number] = _not_run(test, event["enteredAt"])
            sessions.add_result(event["sessionId"], number, known[number])
    return [known[number] for number in range(len(tests))]


def _not_run(test: SanityTest, at: str) -> SanityTestResult:
    return {
        "name": test["name"],
        "resourceType": test["resourceType"],
        "logicalId": test["logicalId"],
        "physicalId": test["physicalId"],
        "status": Verdict.SKIP.value,
        "startedAt": at,
        "durationMs": 0,
        "error": _NOT_RUN,
        "evidence": {},
        "reproduce": "",
    }


def _record(sessions: Sessions, event: StateEvent, results: Sequence[SanityTestResult], counts: Summary) -> None:
    failed = [each for each in results if each["status"] == Verdict.FAIL]
    errors = [(LogLevel.ERROR, f"{each['name']}: {each['error']}") for each in failed]
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.TESTING,
        next=Stage.SUMMARIZING,
        message=sentence(counts),
        entries=[*errors, (LogLevel.INFO, sentence(counts))],
        status=SessionStatus.TESTING,
        summary=counts,
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {more} more" if more > 0 else "")
