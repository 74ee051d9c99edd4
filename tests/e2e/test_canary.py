"""Secrets that a repository holds, prints and answers turn up nowhere but where its own content lies."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING

import pytest
from local.repositories import OWNER, make_bare
from tests.e2e import canaries
from tests.e2e.canaries import OWN_CONTENT, SECRETS, found_in
from tests.unit.application import resources

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.client import Client, Session
    from local.laptop import Laptop


@pytest.fixture(scope="module")
def told(running: Laptop, client: Client, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Session]]:
    """A deployment with its tests, as the API tells of it; one whose build fails; one that is given a secret."""
    sessions = []
    for fails in (False, True):
        repository = _served(running, tmp_path_factory.mktemp("canary"), canaries.repository(fails=fails))
        sessions.append(client.settle(client.deploy(repository, runTests=True)["sessionId"]))
    given = {"Motto": canaries.GIVEN}
    sessions.append(client.settle(client.deploy(repository, parameters=given)["sessionId"]))
    yield sessions
    client.settle(client.remove(sessions[0]["sessionId"])["sessionId"])


def test_what_was_told(told: list[Session], client: Client) -> None:
    """The secrets came by: the functions answered, one failed, so did the other build, and one was refused."""
    deployed, failed, given = told
    by_name = {each["name"]: each for each in _tests(client, deployed)["testResults"]}

    assert (deployed["error"]["code"], failed["error"]["code"]) == ("SanityTestsFailed", "BuildFailed")
    assert by_name["Answer answers an API request"]["status"] == "pass"
    assert given["error"]["code"] == "ParametersInvalid"
    assert given["error"]["message"].startswith("Motto: is secret (NoEcho), and")
    assert "no connection with ****" in by_name["Refuse answers an API request"]["error"]
    assert len([line for line in failed["logs"] if "password=****" in line["message"]]) >= 1


def test_api(told: list[Session], client: Client) -> None:
    """No answer holds one: statuses, logs, outputs, results, JUnit, lists."""
    tests = _tests(client, told[0])
    junit = client.call("GET", f"/test-status/{tests['sessionId']}?format=junit").content

    answers = [*told, tests, client.deployments()]

    assert found_in([("API", json.dumps(answers).encode()), ("JUnit", junit)]) == []
    outputs = told[0]["deployedResources"]["outputs"]
    assert (outputs["DbPassword"], outputs["Told"]) == ("****", "****")


@pytest.mark.parametrize("place", [canaries.table, canaries.histories])
def test_records(told: list[Session], running: Laptop, place: Callable[..., Iterator[tuple[str, bytes]]]) -> None:
    """Neither an item of the table nor any state's data holds one."""
    assert found_in(place(running)) == []


@pytest.mark.parametrize("place", [canaries.bucket, canaries.logs])
def test_bucket_and_logs(
    told: list[Session], running: Laptop, place: Callable[..., Iterator[tuple[str, bytes]]]
) -> None:
    """They are in what holds the repository's own content, and in nothing else."""
    assert [found for found in found_in(place(running)) if not found.is_own_content] == []


def test_exceptions_are_needed(told: list[Session], running: Laptop) -> None:
    """Each exception above is one: the secrets are there, so that the search does find them."""
    places = [found.place for look in (canaries.bucket, canaries.logs) for found in found_in(look(running))]

    assert [pattern for pattern in OWN_CONTENT if not any(re.fullmatch(pattern, each) for each in places)] == []


def test_exceptions_expire() -> None:
    """Whatever is kept of a session's own content is gone after a week; packages stay for their stack."""
    [bucket] = resources("AWS::S3::Bucket").values()
    days = {rule.get("Prefix"): rule.get("ExpirationInDays") for rule in bucket["LifecycleConfiguration"]["Rules"]}

    assert days["sessions/"] == 7
    assert all(
        pattern.startswith(("sessions/", "packages/", "log /aws/lambda/canary-")) for pattern in OWN_CONTENT
    )


def test_secrets_are_ten() -> None:
    """As many as are promised, each with a part that nothing else holds."""
    assert len(SECRETS) >= 10
    assert all(part in text for text, part in SECRETS.values())


def _tests(client: Client, deployed: Session) -> Session:
    return client.test_status(deployed["tests"]["sessionId"])


def _served(running: Laptop, folder: Path, files: dict[str, str]) -> str:
    for path, text in files.items():
        (folder / "repository" / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / "repository" / path).write_text(text)
    name = f"canary-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    make_bare(folder / "repository", running.repositories / OWNER / f"{name}.git")
    return f"{OWNER}/{name}"
