"""Each sample event through its real function: what `sam local invoke` would be given, and what comes back."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from local.git_server import GitServer
from tests.api_caller import answer_of
from tests.cloudformation import CHANGE_SET_ID, NO_STACK, STACK_ID, a_change, a_change_set, a_stack
from tests.repositories import BareRepository
from tests.session_table import a_head
from tests.shapes import fits

import collect_resources
import discard_change_set
import record_removal
import record_success
from deployer import state_data
from deployer.aws.artifacts import build_key, source_key, trusted_key
from deployer.aws.clients import client
from deployer.packaging.archive import files_below, write_zip
from deployer.sanity import sanity_test
from deployer.stack.change_set import change_set_name

if TYPE_CHECKING:
    from tests.cloudformation import CannedCloudFormation

    from deployer.aws.artifacts import Artifacts
    from deployer.aws.sessions import Sessions

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "sam-python-api"
EVENTS = {path.stem: json.loads(path.read_text()) for path in (ROOT / "events").glob("*.json")}
SESSION = EVENTS["validate_request"]["sessionId"]
SHAPES: dict[str, Any] = {
    "validate_request": state_data.Source,
    "detect_project": state_data.ProjectFound,
    "publish_package": state_data.Package,
    "create_change_set": state_data.ChangeSet,
    "check_change_set": state_data.ChangeSet,
    "discard_change_set": discard_change_set.Answer,
    "execute_change_set": state_data.Stack,
    "check_stack": state_data.Stack,
    "stop_stack": state_data.Stack,
    "collect_resources": collect_resources.Answer,
    "create_test_session": state_data.NestedSession,
    "validate_test_request": state_data.Target,
    "discover_resources": state_data.Discovered,
    "generate_tests": state_data.SanityTests,
    "run_sanity_test": state_data.SanityTestRun,
    "summarize_tests": sanity_test.Summary,
    "record_success": record_success.Answer,
    "record_failure": state_data.Failure,
    "empty_buckets": state_data.Buckets,
    "delete_stack": state_data.Stack,
    "record_removal": record_removal.Answer,
}
OF_TESTS = {
    "validate_test_request",
    "discover_resources",
    "generate_tests",
    "run_sanity_test",
    "summarize_tests",
}
REMOVING = {"empty_buckets", "delete_stack", "record_removal"}
STACKS: dict[str, Any] = {
    "create_change_set": NO_STACK,
    "check_stack": a_stack("CREATE_IN_PROGRESS"),
    "stop_stack": a_stack("CREATE_IN_PROGRESS"),
}
CONTEXT = SimpleNamespace(get_remaining_time_in_millis=lambda: 300_000)
SETTINGS = {
    "GIT_URL": "http://127.0.0.1:9",
    "CLONE_TASK": "arn:aws:ecs:us-east-1:000000000000:task-definition/clone:1",
    "PRIVATE_CLONE_TASK": "private-clone",
    "PRIVATE_REPOSITORIES": "",
    "GIT_TOKEN_SECRET_ARN": "",
    "WORKER_ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
    "CLONE_IMAGE": "clone:1",
    "BUILD_IMAGE": "build:1",
    "CLOUDFORMATION_ROLE_ARN": "arn:aws:iam::123456789012:role/service",
    "OWN_API_ID": "a1b2c3d4e5",
    "PERMISSIONS_BOUNDARY_ARN": "arn:aws:iam::123456789012:policy/deployer/deployed/Boundary",
    "ALLOWED_PRINCIPALS": "",
    "ALLOWED_REFERENCE_PREFIXES": "",
    "ALLOWED_RESOURCE_TYPES": "",
    "MAX_RUNNING_SESSIONS": "5",
    "MAX_SESSIONS_PER_DAY": "100",
    "STACK_TIMEOUT_MINUTES": "45",
    "TEST_SCOPE": "deployed",
    "OWN_STACK_ID": "arn:aws:cloudformation:us-east-1:123456789012:stack/deployer/1",
    "EXECUTE_API_URL": "https://{id}.execute-api.us-east-1.amazonaws.com",
    "FUNCTION_URL": "https://{id}.lambda-url.us-east-1.on.aws",
    "CLONE_TIMEOUT_SECONDS": "300",
    "BUILD_TIMEOUT_SECONDS": "900",
}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
logging.getLogger("samtranslator").setLevel(logging.CRITICAL)


@pytest.fixture
def settings(application: Sessions, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application, with every setting that a function reads."""
    for name, value in (SETTINGS | {"BUCKET_NAME": artifacts.bucket}).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def git_host(settings: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The repository that the events name, on a Git host."""
    BareRepository.create(tmp_path, "examples/sam-python-api").commit({"template.yaml": "Resources: {}"})
    with GitServer(tmp_path) as server:
        monkeypatch.setenv("GIT_URL", server.url)
        yield server


def begin(sessions: Sessions, **attributes: Any) -> None:
    """The session of the events."""
    arn = EVENTS["execution_ended"]["detail"]["executionArn"]
    stack = {"stackName": EVENTS["create_change_set"]["source"]["stackName"], "stackId": STACK_ID}
    head = a_head(SESSION, repository="examples/sam-python-api", executionArn=arn, **stack)
    sessions.create({**head, **attributes})


def leave_source(artifacts: Artifacts, folder: Path) -> None:
    """What the clone leaves."""
    entries = list(files_below(EXAMPLE, leave_out={"__pycache__"}))
    write_zip(folder / "source.zip", entries)
    artifacts.put(source_key(SESSION, "source.zip"), (folder / "source.zip").read_bytes())
    texts = {"template.yaml": (EXAMPLE / "template.yaml").read_text()}
    files = {entry.name: "100644" for entry in entries}
    manifest = {"commit": "0" * 40, "files": files, "texts": texts, "oversized": [], "findings": []}
    artifacts.put(source_key(SESSION, "manifest.json"), json.dumps(manifest).encode())
    artifacts.put(source_key(SESSION, "report.json"), json.dumps({"error": None, "logTail": []}).encode())


def leave_built(artifacts: Artifacts) -> None:
    """What the build leaves, of what DetectProject found."""
    project = json.loads(artifacts.get(trusted_key(SESSION, "project.json"), 1_000_000))
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("guest_book.py", "")
    built = {"sha256": hashlib.sha256(body.getvalue()).hexdigest(), "sizeBytes": 1, "tool": "uv"}
    packages = {unit["id"]: built for unit in project["units"]}
    for unit_id in packages:
        artifacts.put(build_key(SESSION, f"{unit_id}.zip"), body.getvalue())
    report: dict[str, Any] = {"error": None, "packages": packages, "warnings": [], "logTail": []}
    artifacts.put(build_key(SESSION, "report.json"), json.dumps(report).encode())


def answer_for(cloudformation: CannedCloudFormation, name: str) -> None:
    """CloudFormation as it is when that state is entered."""
    cloudformation.answers("DescribeStacks", STACKS.get(name, a_stack("CREATE_COMPLETE")))
    cloudformation.answers("DescribeStackEvents", {"StackEvents": []})
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": []})
    cloudformation.answers("DescribeChangeSet", a_change_set("CREATE_COMPLETE", Changes=[a_change("Queue")]))
    cloudformation.answers("CreateChangeSet", {"Id": CHANGE_SET_ID, "StackId": STACK_ID})
    for operation in ("ExecuteChangeSet", "DeleteChangeSet", "DeleteStack"):
        cloudformation.answers(operation, {})


def invoke(name: str) -> Any:
    return import_module(name).handler(EVENTS[name], CONTEXT)


def test_every_event_is_run() -> None:
    """No event is left out here."""
    assert set(EVENTS) == set(SHAPES) | {"api", "execution_ended"}


@pytest.mark.usefixtures("git_host")
def test_beginning(application: Sessions) -> None:
    """ValidateRequest finds the repository that its event names."""
    begin(application)

    answer = invoke("validate_request")

    assert fits(answer, SHAPES["validate_request"])
    assert {**answer, "commit": "", "planUrl": ""} == {
        **EVENTS["detect_project"]["source"],
        "commit": "",
        "planUrl": "",
    }


@pytest.mark.usefixtures("settings")
def test_packaging(application: Sessions, artifacts: Artifacts, tmp_path: Path) -> None:
    """DetectProject and PublishPackage work on the source that the events are about."""
    begin(application)
    leave_source(artifacts, tmp_path)

    found = invoke("detect_project")
    leave_built(artifacts)
    package = invoke("publish_package")

    assert fits(found, SHAPES["detect_project"])
    assert fits(package, SHAPES["publish_package"])
    assert {**found, "planUrl": ""} == {**EVENTS["publish_package"]["project"], "planUrl": ""}
    assert package["capabilities"] == EVENTS["create_change_set"]["package"]["capabilities"]


@pytest.mark.usefixtures("git_host")
def test_testing(
    application: Sessions, artifacts: Artifacts, cloudformation: CannedCloudFormation, tmp_path: Path
) -> None:
    """The states of a test session work on the stack and the source that the events are about."""
    begin(application, kind="test", commit="0" * 40, projectRoot="")
    leave_source(artifacts, tmp_path)
    queue = {
        "LogicalResourceId": "Queue",
        "PhysicalResourceId": "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
        "ResourceType": "AWS::SQS::Queue",
        "ResourceStatus": "CREATE_COMPLETE",
    }
    client("sqs").create_queue(QueueName="queue")
    stack_id = EVENTS["discover_resources"]["target"]["stackId"]
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", StackId=stack_id))
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": [queue]})
    cloudformation.answers(
        "GetTemplate", {"TemplateBody": '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'}
    )

    answers = {name: invoke(name) for name in sorted(OF_TESTS, key=list(SHAPES).index)}

    assert all(fits(answer, SHAPES[name]) for name, answer in answers.items())
    target = {**EVENTS["discover_resources"]["target"], "planUrl": ""}
    assert {**answers["validate_test_request"], "planUrl": ""} == target
    assert answers["run_sanity_test"] == {"status": "pass", "error": ""}


@pytest.mark.usefixtures("settings")
@pytest.mark.parametrize(
    "name", sorted(SHAPES.keys() - OF_TESTS - {"validate_request", "detect_project", "publish_package"})
)
def test_event_of_a_state(
    application: Sessions, artifacts: Artifacts, cloudformation: CannedCloudFormation, name: str
) -> None:
    """The function takes its event, and returns what its state adds to the state data."""
    begin(application, status="deleting" if name in REMOVING else "deploying")
    artifacts.put(EVENTS["create_change_set"]["package"]["templateKey"], b'{"Resources": {}}')
    answer_for(cloudformation, name)

    answer = invoke(name)

    assert fits(answer, SHAPES[name]), answer


def test_names_in_events() -> None:
    """A change set has the name that the session's has."""
    change_set_id = EVENTS["check_change_set"]["changeSet"]["changeSetId"]

    assert change_set_id.split("/")[1] == change_set_name(SESSION)


@pytest.mark.usefixtures("settings")
def test_event_of_the_api(application: Sessions) -> None:
    """A deployment of an example is accepted, and the link to it begins as the event's stage is reached."""
    event = EVENTS["api"]

    answer = answer_of(event)

    head = application.head(answer.body["sessionId"])
    assert (answer.status, head["repository"], head["branch"]) == (202, "examples/sam-python-api", "main")
    assert answer.headers["Location"].startswith(f"https://{event['headers']['Host']}/v1/status/")


@pytest.mark.usefixtures("settings")
def test_event_of_an_ended_execution(application: Sessions) -> None:
    """The session whose execution was stopped is cancelled."""
    begin(application, status="deploying")

    assert invoke("execution_ended") == {"settled": [SESSION]}
    assert application.head(SESSION)["status"] == "cancelled"
