"""A caller's story: what was deployed is tested, broken, tested again; what cannot be tested is said."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from local.client import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client, Session
    from local.laptop import Laptop

EXAMPLE = "examples/sam-python-api"


@pytest.fixture(scope="module")
def deployed(client: Client) -> Iterator[Session]:
    """The guest book, deployed and tested."""
    session = client.settle(client.deploy(EXAMPLE, runTests=True)["sessionId"])
    yield session
    client.settle(client.remove(session["sessionId"])["sessionId"])


def settled(client: Client, **fields: Any) -> Session:
    return client.settle(client.test(**fields)["sessionId"], is_test=True)


def by_status(session: Session, status: str) -> list[str]:
    return [result["name"] for result in session["testResults"] if result["status"] == status]


def physical_id(deployed: Session, logical_id: str) -> str:
    resources = deployed["deployedResources"]["resources"]
    return str(next(each["physicalId"] for each in resources if each["logicalId"] == logical_id))


def test_deployment_with_its_tests(client: Client, deployed: Session) -> None:
    """The deployment is a success because its tests are; its status carries their summary."""
    assert deployed["status"] == "success", deployed["error"]
    tests = client.test_status(deployed["tests"]["sessionId"])

    assert tests["status"] == "success"
    assert deployed["tests"]["summary"] == tests["summary"]
    assert tests["deploymentId"] == deployed["sessionId"]
    assert tests["summary"]["failed"] == 0
    assert {
        "EntryTable is active",
        "GuestBookFunction answers an API request",
        "GuestBookFunction.TABLE_NAME names EntryTable",
        "ServerlessRestApi GET /entries answers",
        "ServerlessRestApi POST /entries calls GuestBookFunction",
    } <= set(by_status(tests, "pass"))


def test_links_of_a_test_session(client: Client, deployed: Session) -> None:
    """A caller gets from one answer to the next by the addresses in it; each route knows its own sessions."""
    accepted = client.call("POST", "/test", json={"deploymentId": deployed["sessionId"]})

    session = client.follow(accepted.headers["Location"]).json()
    client.settle(session["sessionId"], is_test=True)

    assert accepted.status_code == 202
    assert session["sessionId"] == accepted.json()["sessionId"]
    assert session["links"]["self"] == accepted.headers["Location"]
    for path in (f"/status/{session['sessionId']}", f"/test-status/{deployed['sessionId']}"):
        assert client.call("GET", path).status_code == 404


def test_stack_by_its_name_without_changing_it(client: Client, running: Laptop, deployed: Session) -> None:
    """Nothing of the stack is other than before: no configuration, no data."""
    stack_name = deployed["deployedResources"]["stackName"]
    before = picture(running, deployed)

    session = settled(client, stackName=stack_name, allowMutating=False)

    assert session["status"] == "success", session["error"]
    assert "ServerlessRestApi POST /entries answers" in by_status(session, "skip")
    assert session["repository"] is None
    assert picture(running, deployed) == before


def picture(running: Laptop, deployed: Session) -> str:
    """Configuration and data of the stack, as text."""
    function, table = physical_id(deployed, "GuestBookFunction"), physical_id(deployed, "EntryTable")
    functions, dynamodb = running.platform.client("lambda"), running.platform.client("dynamodb")
    template = running.platform.client("cloudformation").get_template(
        StackName=deployed["deployedResources"]["stackName"]
    )
    seen = [
        functions.get_function(FunctionName=function)["Configuration"],
        functions.get_policy(FunctionName=function)["Policy"],
        dynamodb.describe_table(TableName=table)["Table"],
        dynamodb.scan(TableName=table)["Items"],
        template["TemplateBody"],
    ]
    return json.dumps(seen, default=str, sort_keys=True)


def test_function_by_its_name(client: Client, deployed: Session) -> None:
    """The function, its variables, and who may call it."""
    session = settled(client, functionName=physical_id(deployed, "GuestBookFunction"))

    assert session["status"] == "success", session["error"]
    assert "Function is active" in by_status(session, "pass")
    assert session["functionName"] == physical_id(deployed, "GuestBookFunction")


def test_strict_sequence_of_chosen_tests(client: Client, deployed: Session) -> None:
    """One at a time, in the order of the tests, and no others than those that were named."""
    wanted = ["AWS::DynamoDB::Table", "GuestBookFunction"]

    session = settled(client, deploymentId=deployed["sessionId"], include=wanted, maxConcurrency=1)

    started = [result["startedAt"] for result in session["testResults"]]
    assert {result["logicalId"] for result in session["testResults"]} == {"EntryTable", "GuestBookFunction"}
    assert started == sorted(started)


def test_junit(client: Client, deployed: Session) -> None:
    """The results as JUnit XML, by parameter or by Accept."""
    path = f"/test-status/{deployed['tests']['sessionId']}"

    answers = [
        client.call("GET", f"{path}?format=junit"),
        client.call("GET", path, headers={"Accept": "application/xml"}),
    ]

    assert {answer.headers["Content-Type"] for answer in answers} == {"application/xml"}
    [first, second] = [ET.fromstring(answer.text) for answer in answers]
    assert len(list(first.iter("testcase"))) == deployed["tests"]["summary"]["total"]
    assert ET.tostring(first) == ET.tostring(second)


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({}, 400, "RequestInvalid"),
        ({"stackName": "a", "functionName": "b"}, 400, "RequestInvalid"),
        ({"stackName": "a", "branch": "main"}, 400, "RequestInvalid"),
        ({"stackName": "a", "maxConcurrency": 41}, 400, "RequestInvalid"),
        ({"stackName": "a", "url": "http://169.254.169.254/"}, 400, "RequestInvalid"),
        ({"functionName": "arn:aws:lambda:us-east-1:1:function:x"}, 400, "RequestInvalid"),
        ({"deploymentId": "01a1ee56-5e00-7905-83ac-92c091c52759"}, 404, "SessionNotFound"),
    ],
)
def test_request_that_cannot_be_meant(client: Client, fields: dict[str, Any], status: int, code: str) -> None:
    """It is refused at once."""
    with pytest.raises(Refused) as refused:
        client.test(**fields)

    assert (refused.value.status, refused.value.code) == (status, code)


def bad_requests(running: Laptop, deployed: Session) -> list[tuple[dict[str, Any], str, str]]:
    own = running.platform.client("lambda").list_functions()["Functions"]
    api = next(each["FunctionName"] for each in own if each["FunctionName"].endswith("-Api"))
    stack = deployed["deployedResources"]["stackName"]
    return [
        ({"stackName": "nowhere"}, "TargetNotFound", "there is no stack nowhere"),
        ({"functionName": "nothing"}, "TargetNotFound", "there is no function nothing"),
        ({"stackName": api.removesuffix("-Api")}, "TargetOutOfScope", "this application itself"),
        ({"functionName": api}, "TargetOutOfScope", "a part of this application itself"),
        ({"stackName": stack, "include": ["Ordres"]}, "NothingSelected", "Ordres"),
        ({"stackName": stack, "exclude": ["Nothing"]}, "NothingSelected", "Nothing"),
        ({"stackName": stack, "repository": EXAMPLE, "commit": "0" * 40}, "CommitNotFound", "0000000"),
        ({"stackName": stack, "repository": "nobody/nothing"}, "RepositoryNotFound", "nobody/nothing"),
    ]


def test_requests_that_lead_nowhere(client: Client, running: Laptop, deployed: Session) -> None:
    """Each is accepted, and then fails by its own error, which names what was asked for."""
    asked = bad_requests(running, deployed)
    accepted = [client.test(**fields)["sessionId"] for fields, _, _ in asked]

    sessions = [client.settle(session_id, is_test=True) for session_id in accepted]

    assert [session["error"]["code"] for session in sessions] == [code for _, code, _ in asked]
    assert all(told in session["error"]["message"] for session, (_, _, told) in zip(sessions, asked, strict=True))


def test_table_that_is_gone(client: Client, running: Laptop) -> None:
    """The tests fail, and say which resource and which variable; the deployment's stack stays as it is."""
    broken = client.settle(client.deploy(EXAMPLE)["sessionId"])
    table = physical_id(broken, "EntryTable")
    running.platform.client("dynamodb").delete_table(TableName=table)

    session = settled(client, deploymentId=broken["sessionId"])
    client.settle(client.remove(broken["sessionId"])["sessionId"])

    assert (session["status"], session["error"]["code"]) == ("failed", "SanityTestsFailed")
    assert {"EntryTable is active", "GuestBookFunction.TABLE_NAME names EntryTable"} <= set(
        by_status(session, "fail")
    )
    failed = next(each for each in session["testResults"] if each["name"] == "EntryTable is active")
    assert table in failed["error"]
    assert failed["reproduce"] == f"aws dynamodb describe-table --table-name {table}"
