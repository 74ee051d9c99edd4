"""Handing work to a container, against moto; and reading hostile reports."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deployer.aws.artifacts import build_key, source_key, trusted_key
from deployer.aws.worker_reports import read_report
from deployer.aws.workers import Workers
from deployer.errors import BuildFailed, DeployerError, RepositoryTooLarge, WorkerStopped
from deployer.session import new_session_id

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts

SESSION = new_session_id(1_700_000_000_000)
ROLE = "arn:aws:iam::123456789012:role/worker"


def test_a_container_gets_one_address_that_opens_its_plan(artifacts: Artifacts) -> None:
    """The plan holds what it was given, an upload policy for its own prefix, and the addresses it may read."""
    workers = Workers(artifacts, ROLE)

    url = workers.hand_over(
        SESSION,
        "build",
        {"units": []},
        reads={"sourceUrl": source_key(SESSION, "source.zip")},
        seconds=900,
        max_bytes=1000,
    )

    plan = json.loads(artifacts.get(trusted_key(SESSION, "build-plan.json"), 100_000))
    assert urlsplit(url).path.endswith(f"sessions/{SESSION}/trusted/build-plan.json")
    assert plan["units"] == []
    assert urlsplit(plan["sourceUrl"]).path.endswith(f"sessions/{SESSION}/source/source.zip")
    assert plan["upload"]["prefix"] == f"sessions/{SESSION}/build/"


def test_the_upload_policy_is_narrow(artifacts: Artifacts) -> None:
    """It allows the zone's prefix of this session and the size range, and it ends."""
    Workers(artifacts, ROLE).hand_over(SESSION, "source", {}, seconds=60, max_bytes=1000)

    plan = json.loads(artifacts.get(trusted_key(SESSION, "clone-plan.json"), 100_000))
    conditions = json.loads(base64.b64decode(plan["upload"]["fields"]["policy"]))["conditions"]
    assert ["starts-with", "$key", f"sessions/{SESSION}/source/"] in conditions
    assert ["content-length-range", 0, 1000] in conditions


def test_a_report_that_is_well(artifacts: Artifacts) -> None:
    """It is returned as it is."""
    artifacts.put(source_key(SESSION, "report.json"), b'{"error": null, "logTail": []}')

    assert read_report(artifacts, SESSION, "source") == {"error": None, "logTail": []}


def test_a_report_that_tells_of_an_error(artifacts: Artifacts) -> None:
    """The error is raised by its class, with the container's message."""
    artifacts.put(source_key(SESSION, "report.json"), _telling("RepositoryTooLarge", "60,000 files"))

    with pytest.raises(RepositoryTooLarge, match="60,000 files"):
        read_report(artifacts, SESSION, "source")


def test_no_report(artifacts: Artifacts) -> None:
    """A container that left none was stopped."""
    with pytest.raises(WorkerStopped, match="build task ended without a report"):
        read_report(artifacts, SESSION, "build")


@pytest.mark.parametrize(
    "code", ["SessionCancelled", "RequestInvalid", "QuotaExceeded", "NoSuchError", "StackFailed"]
)
def test_a_build_that_tells_of_what_it_cannot_meet(artifacts: Artifacts, code: str) -> None:
    """Hostile code cannot make the application say that something else went wrong."""
    artifacts.put(build_key(SESSION, "report.json"), _telling(code, "forged"))

    with pytest.raises(DeployerError) as caught:
        read_report(artifacts, SESSION, "build")
    assert caught.value.code in {"ArtifactInvalid", "InternalError"}


def test_a_message_without_end(artifacts: Artifacts) -> None:
    """What is told is cut before it goes anywhere, and says so."""
    artifacts.put(build_key(SESSION, "report.json"), _telling("BuildFailed", "x" * 1_000_000))

    with pytest.raises(BuildFailed) as caught:
        read_report(artifacts, SESSION, "build")
    assert len(caught.value.message.encode()) == 4096
    assert caught.value.message.endswith("(cut)")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["error", "code", "message"]), inner)
    ),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(JSON.map(json.dumps) | st.text(max_size=20) | st.just("[" * 100_000))
def test_whatever_a_build_leaves(artifacts: Artifacts, text: str) -> None:
    """Any bytes are either a report or an error of ours."""
    artifacts.put(build_key(SESSION, "report.json"), text.encode())

    try:
        report = read_report(artifacts, SESSION, "build")
    except DeployerError:
        return
    assert report["error"] is None


def _telling(code: str, message: str) -> bytes:
    return json.dumps({"error": {"code": code, "message": message}, "logTail": []}).encode()
