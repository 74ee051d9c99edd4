"""GenerateTests: there is a sanity test for each thing that can be tested."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployer.amounts import counted
from deployer.aws.artifacts import Artifacts, trusted_key
from deployer.aws.project_files import project_files
from deployer.aws.sessions import Sessions
from deployer.aws.shared_events import shared_events
from deployer.log_text import cut
from deployer.sanity.deployed import Deployed
from deployer.sanity.generate import generate
from deployer.sanity.own_tests import is_own
from deployer.sanity.own_tests_file import NAMES as OWN_TESTS
from deployer.sanity.scene import Addresses, Scene
from deployer.session import LogLevel, SessionStatus, Stage
from deployer.settings import Settings
from deployer.state_data import StateEvent
from deployer.worker import DEPLOYED, TESTS

if TYPE_CHECKING:
    from deployer.sanity.sanity_test import SanityTest
    from deployer.state_data import SanityRequest, SanityTests, Target

MAX_TESTS: Final = 1000
"""So many names fit into state data (256 KiB; Step Functions quotas), with room for what was asked."""

_MAX_BYTES: Final = 64 << 20
_MAX_NAME_BYTES: Final = 120  # in state data


class Event(StateEvent):
    request: SanityRequest
    target: Target


def handler(event: Event, _context: object) -> SanityTests:
    settings = Settings.from_env()
    artifacts, request = Artifacts.from_settings(settings), event["request"]

    found = generate(_scene(settings, artifacts, event), request["include"], request["exclude"])
    tests = _cut(found)
    artifacts.put(trusted_key(event["sessionId"], TESTS), json.dumps(tests).encode())
    _record(Sessions.from_settings(settings), event, tests, len(found) - len(tests))

    return {
        "items": [
            {"number": number, "name": cut(test["name"], _MAX_NAME_BYTES)} for number, test in enumerate(tests)
        ]
    }


def _cut(tests: list[SanityTest]) -> list[SanityTest]:
    """At most MAX_TESTS; the repository's own, which come last, are among them in any case."""
    own = [test for test in tests if is_own(test)]
    made_up = [test for test in tests if not is_own(test)]
    return [*made_up[: MAX_TESTS - len(own)], *own]


def _scene(settings: Settings, artifacts: Artifacts, event: Event) -> Scene:
    target = event["target"]
    deployed = Deployed(json.loads(artifacts.get(trusted_key(event["sessionId"], DEPLOYED), _MAX_BYTES)))
    functions = (each["physicalId"] for each in deployed.of_type("AWS::Lambda::Function"))
    return Scene(
        deployed=deployed,
        shared_events=shared_events(functions),
        files=_files(artifacts, target),
        addresses=Addresses(execute_api=settings.execute_api_url, function_url=settings.function_url),
        allow_mutating=target["allowMutating"],
    )


def _files(artifacts: Artifacts, target: Target) -> dict[str, str]:
    """The project's; of a lone function without the tests that the repository brings for its stack."""
    source = target["sourceSessionId"]
    files = project_files(artifacts, source, target["projectRoot"]) if source else {}
    return {path: text for path, text in files.items() if target["stackId"] or path not in OWN_TESTS}


def _record(sessions: Sessions, event: Event, tests: list[SanityTest], left_out: int) -> None:
    skipped = sum("skip" in test for test in tests)
    told = f"{counted(len(tests), 'test')} generated, {skipped:,} of them only to say why nothing is tested"
    too_many = f"{counted(left_out, 'test')} over {MAX_TESTS:,} left out: name what is to be tested in include"
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.GENERATING,
        next=Stage.TESTING,
        message=f"running {counted(len(tests), 'test')}",
        entries=[(LogLevel.INFO, told), *([(LogLevel.WARNING, too_many)] if left_out else [])],
        status=SessionStatus.TESTING,
    )
