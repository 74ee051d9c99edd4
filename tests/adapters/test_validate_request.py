"""ValidateRequest, with a Git host on loopback: what is found, what is refused, and what a retry leaves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from local.git_server import GitServer
from tests.api_caller import call
from tests.repositories import BareRepository
from tests.session_table import ENTERED_AT

import validate_request
from deployer.aws.artifacts import source_key, trusted_key
from deployer.aws.clone_plans import LIMITS, clone_request
from deployer.aws.earlier_sources import keep_source
from deployer.errors import BranchNotFound, QuotaExceeded, RepositoryNotFound, RequestInvalid, StackLocked
from deployer.repository import Repository
from deployer.session import new_session_id
from deployer.settings import Settings
from deployer.worker import MANIFEST, REPORT, SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from deployer.aws.artifacts import Artifacts
    from deployer.aws.sessions import Sessions


@pytest.fixture
def commit(
    application: Sessions, artifacts: Artifacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The commit of octo/hello on the Git host; the rest of the settings."""
    repository = BareRepository.create(tmp_path, "octo/hello")
    with GitServer(tmp_path) as server:
        settings = {
            "BUCKET_NAME": artifacts.bucket,
            "GIT_URL": server.url,
            "CLONE_TASK": "clone",
            "PRIVATE_CLONE_TASK": "private-clone",
            "PRIVATE_REPOSITORIES": "",
            "GIT_TOKEN_SECRET_ARN": "",
            "WORKER_ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
            "MAX_RUNNING_SESSIONS": "2",
            "MAX_SESSIONS_PER_DAY": "3",
            "CLONE_TIMEOUT_SECONDS": "60",
            "CLONE_IMAGE": "clone:1",
        }
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        yield repository.commit({"template.yaml": "Resources: {}"})


def asked(**fields: Any) -> Any:
    """The event of a session that was asked for over the API."""
    body = call("POST", "/deploy", {"repository": "octo/hello", **fields}).body
    defaults = {"branch": None, "commit": None, "projectRoot": "", "template": None, "stackName": None}
    request = {"repository": "octo/hello", **defaults, **fields}
    return {"sessionId": body["sessionId"], "enteredAt": ENTERED_AT, "request": request}


def test_good_request(application: Sessions, artifacts: Artifacts, commit: str) -> None:
    """The branch is a commit, the stack has a name, and the clone has its plan."""
    event = asked()

    source = validate_request.handler(event, None)

    session_id = event["sessionId"]
    plan = json.loads(artifacts.get(trusted_key(session_id, "clone-plan.json"), 100_000))
    assert (source["branch"], source["commit"]) == ("main", commit)
    assert source["stackName"] == f"hello-{session_id[-8:]}"
    assert source["needsClone"]
    assert "/trusted/clone-plan.json?" in str(source["planUrl"])
    assert (plan["commit"], plan["limits"]) == (commit, LIMITS)
    head = application.head(session_id)
    assert (head["status"], head["stage"], head["commit"]) == ("deploying", "cloning", commit)


def test_retry(application: Sessions, commit: str) -> None:
    """A second run of the state finds the same, and writes nothing twice."""
    event = asked(stackName="hello")

    first, second = (validate_request.handler(event, None) for _ in range(2))

    assert {**first, "planUrl": ""} == {**second, "planUrl": ""}
    assert len(application.logs(event["sessionId"], None, 100)[0]) == 2


FILES = {name: name.encode() for name in (SOURCE, MANIFEST, REPORT)}


def _kept(artifacts: Artifacts, settings: Settings, commit: str, *names: str) -> str:
    """An earlier session cloned that commit; these of its files are still there."""
    earlier = new_session_id(1)
    for name in names:
        artifacts.put(source_key(earlier, name), FILES[name])
    request = clone_request(settings, Repository.from_text("octo/hello"), commit, "")
    keep_source(artifacts, request, "clone:1", earlier)
    return earlier


def test_commit_that_was_cloned(application: Sessions, artifacts: Artifacts, commit: str) -> None:
    """What the earlier session cloned is this one's, too, and no container is asked for."""
    earlier = _kept(artifacts, Settings.from_env(), commit, *FILES)
    event = asked()

    source = validate_request.handler(event, None)

    session_id = event["sessionId"]
    assert (source["needsClone"], source["planUrl"]) == (False, None)
    assert {name: artifacts.get(source_key(session_id, name), 100) for name in FILES} == FILES
    assert application.head(session_id)["stage"] == "detecting"
    told = [entry["message"] for entry in application.logs(session_id, None, 100)[0]]
    assert f"session {earlier} cloned this commit: its files are taken" in told


@pytest.mark.parametrize("asked_for", [{"projectRoot": "a"}, {"template": "t.yaml"}])
def test_other_files_of_a_commit(artifacts: Artifacts, commit: str, asked_for: dict[str, str]) -> None:
    """Another project root or template needs other files of the same commit."""
    _kept(artifacts, Settings.from_env(), commit, *FILES)

    assert validate_request.handler(asked(**asked_for), None)["needsClone"]


@pytest.mark.parametrize("image", ["clone:2", ""])
def test_other_clone_image(artifacts: Artifacts, commit: str, monkeypatch: pytest.MonkeyPatch, image: str) -> None:
    """Another image may choose other files; one without a name may be any."""
    _kept(artifacts, Settings.from_env(), commit, *FILES)
    monkeypatch.setenv("CLONE_IMAGE", image)

    assert validate_request.handler(asked(), None)["needsClone"]


@pytest.mark.parametrize("gone", FILES)
def test_source_that_has_expired(artifacts: Artifacts, commit: str, gone: str) -> None:
    """Files that are not all there are cloned again."""
    _kept(artifacts, Settings.from_env(), commit, *(name for name in FILES if name != gone))

    assert validate_request.handler(asked(), None)["needsClone"]


def test_commit_that_may_be_a_forks(application: Sessions, commit: str) -> None:
    """The log warns of a commit that is not the branch's newest, and of no other."""
    foreign = "0123456789" * 4
    newest, other = asked(commit=commit), asked(commit=foreign)

    for event in (newest, other):
        validate_request.handler(event, None)

    told = [application.logs(event["sessionId"], None, 100)[0][0] for event in (newest, other)]
    assert [entry["level"] for entry in told] == ["info", "warning"]
    assert f"commit {foreign} was asked for: it is not the newest of main" in told[1]["message"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [({"repository": "octo/nothing"}, RepositoryNotFound), ({"branch": "nowhere"}, BranchNotFound)],
)
def test_what_is_not_there(commit: str, fields: dict[str, Any], error: type[Exception]) -> None:
    """A repository, and a branch, that do not exist are told apart."""
    with pytest.raises(error):
        validate_request.handler(asked(**fields), None)


def test_stack_that_is_being_changed(commit: str) -> None:
    """Two sessions cannot change one stack."""
    first = asked(stackName="hello")
    validate_request.handler(first, None)

    with pytest.raises(StackLocked, match=first["sessionId"]):
        validate_request.handler(asked(stackName="hello"), None)


def test_too_many_at_once(application: Sessions, commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more sessions than may run, the first are let in; which comes first does not matter."""
    monkeypatch.setenv("MAX_SESSIONS_PER_DAY", "9")
    events = sorted((asked() for _ in range(3)), key=lambda event: event["sessionId"][:13])

    with pytest.raises(QuotaExceeded, match="MaxRunningSessions is 2"):
        validate_request.handler(events[2], None)
    for event in events[:2]:
        validate_request.handler(event, None)


def test_too_many_today(application: Sessions, commit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions that have settled count for the day."""
    monkeypatch.setenv("MAX_RUNNING_SESSIONS", "9")
    events = sorted((asked() for _ in range(4)), key=lambda event: event["sessionId"][:13])

    with pytest.raises(QuotaExceeded, match="MaxSessionsPerDay is 3"):
        validate_request.handler(events[3], None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("repository", "https://evil.example/a/b"),
        ("branch", "--upload-pack=x"),
        ("commit", "HEAD"),
        ("projectRoot", "../up"),
        ("template", "/etc/passwd"),
        ("stackName", "arn:aws:cloudformation:x"),
    ],
)
def test_request_past_the_api(commit: str, application: Sessions, field: str, value: str) -> None:
    """Whoever starts an execution by hand is told the same, before the Git host is asked and the lock is taken."""
    event = asked()
    event["request"][field] = value

    with pytest.raises(RequestInvalid, match=field):
        validate_request.handler(event, None)

    assert "stackName" not in application.head(event["sessionId"])
