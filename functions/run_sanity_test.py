"""RunSanityTest: one test has been run, and its result is in the session."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from deployer.aws.artifacts import Artifacts, trusted_key
from deployer.aws.checks.run import run
from deployer.aws.sessions import Sessions
from deployer.instants import iso8601
from deployer.sanity.redaction import redacted
from deployer.sanity.sanity_test import Outcome, Verdict
from deployer.settings import Settings
from deployer.stack.physical_id import shown_id
from deployer.state_data import StateEvent
from deployer.worker import TESTS

if TYPE_CHECKING:
    from deployer.sanity.sanity_test import SanityTest, SanityTestResult
    from deployer.state_data import SanityTestRun

_MAX_BYTES: Final = 64 << 20

logger = Logger(service="run-sanity-test")


class Event(StateEvent):
    number: int


def handler(event: Event, _context: object) -> SanityTestRun:
    settings = Settings.from_env()
    body = Artifacts.from_settings(settings).get(trusted_key(event["sessionId"], TESTS), _MAX_BYTES)
    test: SanityTest = json.loads(body)[event["number"]]
    logger.append_keys(sessionId=event["sessionId"], test=test["name"])

    result = _result(test)
    Sessions.from_settings(settings).add_result(event["sessionId"], event["number"], result)

    return {"status": result["status"], "error": result["error"]}


def _result(test: SanityTest) -> SanityTestResult:
    started_ms = time.time_ns() // 1_000_000
    outcome = redacted(_outcome(test))
    return {
        "name": test["name"],
        "resourceType": test["resourceType"],
        "logicalId": test["logicalId"],
        "physicalId": shown_id(test["resourceType"], test["physicalId"]),
        "status": outcome.status.value,
        "startedAt": iso8601(started_ms),
        "durationMs": time.time_ns() // 1_000_000 - started_ms,
        "error": outcome.error,
        "evidence": outcome.evidence,
        "reproduce": outcome.reproduce,
    }


def _outcome(test: SanityTest) -> Outcome:
    """What AWS itself could not answer is the state's to try again; a fault of ours says nothing of the stack."""
    try:
        return run(test, time.sleep)
    except (ClientError, BotoCoreError):
        raise
    except Exception as error:
        logger.exception("sanity test broke")
        return Outcome(status=Verdict.SKIP, error=f"the test itself broke, by a {type(error).__name__}")
