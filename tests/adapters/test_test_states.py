"""The states of the test machine against moto: what each takes, leaves and refuses."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.cloudformation import NO_STACK, STACK_ID, a_stack, tags_of
from tests.deployed_things import make_function
from tests.session_table import CALLER, ENTERED_AT, NOW_MS, TABLE, a_head, create_table

import create_test_session
import discover_resources
import generate_tests
import record_success
import run_sanity_test
import summarize_tests
import validate_test_request
from deployer import errors
from deployer.aws.artifacts import source_key, trusted_key
from deployer.aws.clients import client
from deployer.aws.sessions import Sessions
from deployer.session import SessionKind, new_head, new_session_id
from generate_tests import MAX_TESTS

if TYPE_CHECKING:
    from tests.cloudformation import CannedCloudFormation

    from deployer.aws.artifacts import Artifacts
    from deployer.state_data import SanityRequest, Target

DEPLOYMENT: Final = new_session_id(NOW_MS - 60_000)
SESSION: Final = new_session_id(NOW_MS)
COMMIT: Final = "a" * 40
FOREIGN_FAILURE: Final = a_stack("ROLLBACK_COMPLETE", is_ours=False, StackStatusReason="no")
TARGET: Final[Target] = {
    "stackId": STACK_ID,
    "functionName": None,
    "sourceSessionId": None,
    "projectRoot": "",
    "allowMutating": True,
    "needsClone": False,
    "cloneTask": None,
    "planUrl": None,
}


def asked(**fields: Any) -> SanityRequest:
    request: SanityRequest = {
        "deploymentId": None,
        "stackName": None,
        "functionName": None,
        "repository": None,
        "branch": None,
        "commit": None,
        "projectRoot": None,
        "include": [],
        "exclude": [],
        "maxConcurrency": 10,
        "allowMutating": None,
        "isNested": False,
    }
    return {**request, **fields}  # type: ignore[typeddict-item]


@pytest.fixture
def sessions(artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """A deployment that went well, a test session, and the settings of this application."""
    for name, value in {
        "TABLE_NAME": TABLE,
        "BUCKET_NAME": artifacts.bucket,
        "SESSION_LOG_DAYS": "90",
        "GIT_URL": "http://127.0.0.1:9",
        "CLONE_TASK": "clone",
        "PRIVATE_CLONE_TASK": "private-clone",
        "PRIVATE_REPOSITORIES": "",
        "GIT_TOKEN_SECRET_ARN": "",
        "MAX_RUNNING_SESSIONS": "5",
        "MAX_SESSIONS_PER_DAY": "100",
        "CLONE_TIMEOUT_SECONDS": "60",
        "WORKER_ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
        "CLOUDFORMATION_ROLE_ARN": "arn:aws:iam::123456789012:role/service",
        "TEST_MACHINE_ARN": "arn:aws:states:us-east-1:123456789012:stateMachine:SanityTest",
        "TEST_SCOPE": "deployed",
        "OWN_STACK_ID": "arn:aws:cloudformation:us-east-1:123456789012:stack/deployer/9999",
        "EXECUTE_API_URL": "https://{id}.execute-api.us-east-1.amazonaws.com",
        "FUNCTION_URL": "https://{id}.lambda-url.us-east-1.on.aws",
    }.items():
        monkeypatch.setenv(name, value)
    create_table()
    sessions = Sessions(TABLE, 90, lambda: NOW_MS)
    where = {"branch": "main", "commit": COMMIT, "projectRoot": "", "stackName": "shop", "stackId": STACK_ID}
    sessions.create(a_head(DEPLOYMENT, **where | {"status": "success"}))
    sessions.create(new_head(SESSION, SessionKind.TEST, CALLER, asked(deploymentId=DEPLOYMENT), "arn:x:y:z:w"))
    return sessions


@pytest.fixture
def stack(cloudformation: CannedCloudFormation) -> CannedCloudFormation:
    """A stack of ours with one table."""
    stack_of(cloudformation, a_resource("Orders", "AWS::DynamoDB::Table"))
    return cloudformation


def a_resource(logical_id: str, resource_type: str) -> dict[str, str]:
    """One of ListStackResources' summaries."""
    return {
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": f"shop-{logical_id.lower()}",
        "ResourceType": resource_type,
        "ResourceStatus": "CREATE_COMPLETE",
    }


def stack_of(cloudformation: CannedCloudFormation, *resources: dict[str, str]) -> None:
    """A stack of ours that holds them."""
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE"))
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": [*resources]})
    template = {"Resources": {each["LogicalResourceId"]: {"Type": each["ResourceType"]} for each in resources}}
    cloudformation.answers("GetTemplate", {"TemplateBody": json.dumps(template)})


def validate(**fields: Any) -> Target:
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT, "request": asked(**fields)}
    return validate_test_request.handler(event, None)


def leave_source(artifacts: Artifacts, files: dict[str, str]) -> None:
    """What the clone of the deployment left."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in sorted(files):
            archive.writestr(name, files[name])
    artifacts.put(source_key(DEPLOYMENT, "source.zip"), body.getvalue())
    manifest = {
        "commit": COMMIT,
        "files": dict.fromkeys(files, "100644"),
        "texts": {},
        "oversized": [],
        "findings": [],
    }
    artifacts.put(source_key(DEPLOYMENT, "manifest.json"), json.dumps(manifest).encode())
    artifacts.put(source_key(DEPLOYMENT, "report.json"), json.dumps({"error": None, "logTail": []}).encode())


def generate(target: Target, **fields: Any) -> list[str]:
    """The names of the tests."""
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT, "request": asked(**fields), "target": target}
    return [item["name"] for item in generate_tests.handler(event, None)["items"]]


def discover(target: Target) -> int:
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT, "target": target}
    return discover_resources.handler(event, None)["resourceCount"]


def run(number: int = 0) -> str:
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT, "number": number}
    return run_sanity_test.handler(event, None)["status"]


def make_table(name: str = "shop-orders") -> None:
    key: Any = [{"AttributeName": "id", "KeyType": "HASH"}]
    kinds: Any = [{"AttributeName": "id", "AttributeType": "S"}]
    client("dynamodb").create_table(
        TableName=name, KeySchema=key, AttributeDefinitions=kinds, BillingMode="PAY_PER_REQUEST"
    )


@pytest.mark.usefixtures("stack")
def test_deployment_whose_source_is_there(sessions: Sessions, artifacts: Artifacts) -> None:
    """Nothing is cloned, and GitHub is not asked; what we deployed may be written to."""
    leave_source(artifacts, {"template.yaml": "Resources: {}"})

    target = validate(deploymentId=DEPLOYMENT)

    assert target == TARGET | {"sourceSessionId": DEPLOYMENT}
    head = sessions.head(SESSION)
    assert (head["status"], head["stage"], head["stackName"], head["commit"]) == (
        "testing",
        "discovering",
        "shop",
        COMMIT,
    )


@pytest.mark.usefixtures("stack")
def test_deployment_whose_source_has_expired(sessions: Sessions, artifacts: Artifacts) -> None:
    """The same commit is cloned again, into this session."""
    target = validate(deploymentId=DEPLOYMENT)

    plan = json.loads(artifacts.get(trusted_key(SESSION, "clone-plan.json"), 100_000))
    assert (target["needsClone"], target["sourceSessionId"], plan["commit"]) == (True, SESSION, COMMIT)
    assert "/trusted/clone-plan.json?" in str(target["planUrl"])
    assert sessions.head(SESSION)["stage"] == "cloning"


@pytest.mark.usefixtures("stack", "sessions")
def test_stack_without_a_repository() -> None:
    """The tests come from its resources alone."""
    target = validate(stackName="shop", allowMutating=False)

    assert target == TARGET | {"allowMutating": False}


@pytest.mark.usefixtures("sessions")
@pytest.mark.parametrize(
    ("answer", "error", "told"),
    [
        (NO_STACK, errors.TargetNotFound, "there is no stack shop"),
        (a_stack("DELETE_COMPLETE"), errors.TargetNotFound, "there is no stack shop"),
        (a_stack("UPDATE_IN_PROGRESS"), errors.TargetNotReady, "still moving: UPDATE_IN_PROGRESS"),
        (a_stack("ROLLBACK_COMPLETE", StackStatusReason="no"), errors.TargetNotReady, "ROLLBACK_COMPLETE (no)"),
        (a_stack("CREATE_COMPLETE", is_ours=False), errors.TargetOutOfScope, "TestScope is `deployed`"),
        (FOREIGN_FAILURE, errors.TargetOutOfScope, "TestScope is `deployed`"),
    ],
)
def test_stack_that_cannot_be_tested(
    cloudformation: CannedCloudFormation, answer: Any, error: type[Exception], told: str
) -> None:
    """One that is missing, moving, failed or not ours is told as such; of one that is not ours nothing else."""
    cloudformation.answers("DescribeStacks", answer)

    with pytest.raises(error, match=told.replace("(", r"\(").replace(")", r"\)")):
        validate(stackName="shop")


def test_scope_of_the_whole_account(
    sessions: Sessions, cloudformation: CannedCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then a stack of somebody else is tested, and nothing of it is written to unless asked for."""
    monkeypatch.setenv("TEST_SCOPE", "account")
    cloudformation.answers("DescribeStacks", a_stack("UPDATE_COMPLETE", is_ours=False))

    assert validate(stackName="shop")["allowMutating"] is False
    assert sessions.head(SESSION)["stackId"] == STACK_ID


def test_this_application_itself(
    sessions: Sessions, cloudformation: CannedCloudFormation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is never tested, by stack or by function, whatever the scope."""
    monkeypatch.setenv("TEST_SCOPE", "account")
    monkeypatch.setenv("OWN_STACK_ID", STACK_ID)
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE"))

    with pytest.raises(errors.TargetOutOfScope, match="this application itself"):
        validate(stackName="shop")
    with pytest.raises(errors.TargetOutOfScope, match="a part of this application"):
        validate(functionName="shop-Api")
    assert sessions.head(SESSION)["status"] == "pending"


@pytest.mark.usefixtures("sessions")
def test_function_that_is_not_there() -> None:
    """It is named."""
    with pytest.raises(errors.TargetNotFound, match="there is no function nothing"):
        validate(functionName="nothing")


@pytest.mark.usefixtures("sessions")
def test_function_in_scope() -> None:
    """One that carries our tag is tested; of the others only that they are not ours is told."""
    make_function("ours", Tags={"ManagedBy": "GitHubLambdaDeployer"})
    make_function("theirs", Tags={"ManagedBy": "somebody"})

    assert validate(functionName="ours") == TARGET | {"stackId": None, "functionName": "ours"}
    with pytest.raises(errors.TargetOutOfScope, match="function theirs was not deployed by this application"):
        validate(functionName="theirs")


@pytest.mark.parametrize(
    ("told", "head"),
    [
        ("is deleted", {"status": "deleted"}),
        ("is failed", {"status": "failed", "error": {"code": "ChangeSetFailed"}}),
        ("is a plan", {"status": "success", "request": {"mode": "plan"}}),
        ("is a test", {"status": "success", "kind": "test", "request": {}}),
    ],
)
def test_deployment_that_no_stack_runs(sessions: Sessions, told: str, head: dict[str, Any]) -> None:
    """The live stack is not tested with code that it does not run, whatever stack the session looked at."""
    other = new_session_id(NOW_MS - 1)
    sessions.create(a_head(other, stackId=STACK_ID, **head))

    with pytest.raises(errors.TargetNotReady, match=f"{told}: no stack runs .* or stackName"):
        validate(deploymentId=other)


@pytest.mark.parametrize("scope", ["deployed", "account"])
def test_stack_of_another_caller(
    sessions: Sessions, cloudformation: CannedCloudFormation, monkeypatch: pytest.MonkeyPatch, scope: str
) -> None:
    """It is not tested for this one, whatever may be tested."""
    monkeypatch.setenv("TEST_SCOPE", scope)
    theirs = new_session_id(NOW_MS - 1)
    sessions.create(a_head(theirs, caller="caller-2"))
    cloudformation.answers("DescribeStacks", a_stack("CREATE_COMPLETE", Tags=tags_of(theirs)))

    with pytest.raises(errors.TargetOutOfScope, match="was deployed by another caller"):
        validate(stackName="shop")


@pytest.mark.usefixtures("stack")
def test_deployment_that_runs_its_tests(sessions: Sessions, artifacts: Artifacts) -> None:
    """Its own tests see its stack while it is not yet a success."""
    leave_source(artifacts, {})
    running = new_session_id(NOW_MS - 1)
    where = {"branch": "main", "commit": COMMIT, "projectRoot": "", "stackId": STACK_ID}
    sessions.create(a_head(running, status="testing", testSessionId=SESSION, **where))

    assert validate(deploymentId=running, isNested=True)["stackId"] == STACK_ID


@pytest.mark.usefixtures("sessions")
def test_this_application_within_the_stack(
    cloudformation: CannedCloudFormation, artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that it is made of is there to be tested; the stack that holds it is."""
    own = {**a_resource("Deployer", "AWS::CloudFormation::Stack"), "PhysicalResourceId": f"{STACK_ID}-own"}
    monkeypatch.setenv("OWN_STACK_ID", f"{STACK_ID}-own")
    stack_of(cloudformation, own)
    parent, [nested] = a_stack("CREATE_COMPLETE"), a_stack("CREATE_COMPLETE")["Stacks"]
    cloudformation.answers("DescribeStacks", parent, {"Stacks": [{**nested, "StackId": f"{STACK_ID}-own"}]})
    in_it = {"StackResourceSummaries": [a_resource("Api", "AWS::ApiGateway::RestApi")]}
    cloudformation.answers("ListStackResources", {"StackResourceSummaries": [own]}, in_it)

    discover(TARGET)

    found = json.loads(artifacts.get(trusted_key(SESSION, "deployed.json"), 100_000))
    assert [resource["logicalId"] for resource in found["resources"]] == ["Deployer"]


@pytest.mark.usefixtures("stack")
def test_way_of_a_session(sessions: Sessions) -> None:
    """Discovered, generated, run and summed up: the session is a success, with a result for each test."""
    make_table()

    assert discover(TARGET) == 1
    assert generate(TARGET) == ["Orders is active"]
    assert run() == "pass"
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT}
    counts = summarize_tests.handler(event, None)
    record_success.handler(event, None)

    head = sessions.head(SESSION)
    [result], token = sessions.results(SESSION, None, 10)
    assert {**counts, "durationMs": 0} == {"total": 1, "passed": 1, "failed": 0, "skipped": 0, "durationMs": 0}
    assert (head["status"], head["message"], head["summary"]) == ("success", "1 passed", counts)
    assert (result["name"], result["status"], token) == ("Orders is active", "pass", None)
    assert "describe-table" in result["reproduce"]


@pytest.mark.usefixtures("stack")
def test_table_that_is_gone(sessions: Sessions) -> None:
    """Its test fails, the session's error names it, and its log says why."""
    discover(TARGET)
    generate(TARGET)

    assert run() == "fail"
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT}
    with pytest.raises(errors.SanityTestsFailed, match="1 test failed: Orders is active"):
        summarize_tests.handler(event, None)

    [result], _ = sessions.results(SESSION, None, 10)
    assert result["error"].startswith("shop-orders does not exist")
    assert result["reproduce"] == "aws dynamodb describe-table --table-name shop-orders"
    assert sessions.logs(SESSION, None, 100)[0][-2]["level"] == "error"


@pytest.mark.usefixtures("stack")
def test_test_without_a_result(sessions: Sessions) -> None:
    """One whose function was ended is skipped; when nothing else is known, that is no success."""
    discover(TARGET)
    generate(TARGET)
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT}

    with pytest.raises(errors.NothingTested, match="1 skipped"):
        summarize_tests.handler(event, None)

    [result], _ = sessions.results(SESSION, None, 10)
    assert (result["status"], result["error"]) == (
        "skip",
        "the test could not be run to its end: see the execution",
    )


@pytest.mark.usefixtures("stack")
def test_include_and_exclude(sessions: Sessions) -> None:
    """They take logical ids, types and names of tests; one that matches nothing is an error that names it."""
    discover(TARGET)

    for names in (["Orders"], ["AWS::DynamoDB::Table"], ["Orders is active"]):
        assert generate(TARGET, include=names) == ["Orders is active"]
    with pytest.raises(errors.NothingSelected, match="Ordres is no logical id"):
        generate(TARGET, include=["Ordres"])
    with pytest.raises(errors.NothingSelected, match="leave no test"):
        generate(TARGET, exclude=["Orders"])


@pytest.mark.usefixtures("stack", "sessions")
def test_files_of_the_repository(artifacts: Artifacts) -> None:
    """Its own tests are taken from the source of the deployment."""
    own = "tests:\n  - name: a look\n    invoke: {function: Nothing, payload: {}}\n"
    leave_source(artifacts, {"template.yaml": "Resources: {}", "sanity-tests.yaml": own})
    discover(TARGET)

    with pytest.raises(errors.SanityTestsInvalid, match="Nothing is not deployed"):
        generate(TARGET | {"sourceSessionId": DEPLOYMENT})


@pytest.mark.usefixtures("sessions")
def test_own_tests_among_many_files(cloudformation: CannedCloudFormation, artifacts: Artifacts) -> None:
    """They are read, and so is what they send, however many files lie less deep."""
    stack_of(cloudformation, a_resource("Total", "AWS::Lambda::Function"))
    own = "tests:\n  - name: a look\n    invoke: {event: z/z/deep.json}\n"
    many = {f"a{number:03}.json": "{}" for number in range(201)}
    leave_source(artifacts, {**many, "sanity-tests.yaml": own, "z/z/deep.json": "{}"})
    discover(TARGET)

    assert generate(TARGET | {"sourceSessionId": DEPLOYMENT})[-1] == "Total: a look"


@pytest.mark.usefixtures("sessions")
def test_own_tests_among_many_tests(cloudformation: CannedCloudFormation, artifacts: Artifacts) -> None:
    """Those that are made up are left out, never those that somebody wrote."""
    tables = [a_resource(f"Table{number}", "AWS::DynamoDB::Table") for number in range(MAX_TESTS)]
    stack_of(cloudformation, *tables, a_resource("Total", "AWS::Lambda::Function"))
    leave_source(artifacts, {"sanity-tests.yaml": "tests: [{name: a look, invoke: {}}]"})
    discover(TARGET)

    names = generate(TARGET | {"sourceSessionId": DEPLOYMENT})

    assert names == [*(f"Table{number} is active" for number in range(MAX_TESTS - 1)), "Total: a look"]


@pytest.mark.usefixtures("stack", "sessions")
def test_own_tests_that_are_too_long(artifacts: Artifacts) -> None:
    """They are not passed over in silence."""
    leave_source(artifacts, {"template.yaml": "Resources: {}", "sanity-tests.yaml": "#" * 300_000})
    discover(TARGET)

    with pytest.raises(errors.SanityTestsInvalid, match=r"sanity-tests\.yaml has more than"):
        generate(TARGET | {"sourceSessionId": DEPLOYMENT})


@pytest.mark.usefixtures("stack", "sessions")
def test_clone_that_failed(artifacts: Artifacts) -> None:
    """Its error is the session's."""
    discover(TARGET)
    told = {"error": {"code": "CommitNotFound", "message": "no such commit"}, "logTail": []}
    artifacts.put(source_key(SESSION, "report.json"), json.dumps(told).encode())

    with pytest.raises(errors.CommitNotFound):
        generate(TARGET | {"sourceSessionId": SESSION})


def test_session_of_a_deployment(sessions: Sessions) -> None:
    """It is made once, however often it is asked for, and the deployment names it."""
    running = new_session_id(NOW_MS + 5)
    sessions.create(a_head(running, status="deploying"))
    event: Any = {"sessionId": running, "enteredAt": ENTERED_AT}

    nested = create_test_session.handler(event, None)
    again = create_test_session.handler(event, None)

    head = sessions.head(nested["sessionId"])
    assert nested == again
    assert (head["kind"], head["request"]["deploymentId"], head["request"]["isNested"]) == ("test", running, True)
    assert sessions.head(running)["testSessionId"] == nested["sessionId"]
    assert sessions.head(running)["status"] == "testing"
