"""Each way to fail has its own code, settles the session, and leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from local.client import Refused
from local.repositories import OWNER, make_bare

if TYPE_CHECKING:
    from pathlib import Path

    from local.client import Client, Session
    from local.laptop import Laptop

Files = dict[str, str]

BUCKET = {"Resources": {"Bucket": {"Type": "AWS::S3::Bucket"}}}
# Its stack fails when everything else is there: the attribute is none of a bucket's.
SETTING = {
    "Type": "AWS::SSM::Parameter",
    "Properties": {"Type": "String", "Value": {"Fn::GetAtt": ["Bucket", "Colour"]}},
}
# A user, and a way into a function of this application.
NOT_ALLOWED = {
    "User": {"Type": "AWS::IAM::User"},
    "Permission": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Fn::Sub": ["${Stack}-Api", {"Stack": "github-lambda-deployer"}]},
            "Action": "lambda:InvokeFunction",
            "Principal": "*",
        },
    },
}
HANDLER = "def handler(event, context):\n    return 1\n"
COMMIT = "0" * 40


def template(**sections: Any) -> Files:
    return {"template.json": json.dumps({**BUCKET, **sections})}


def function(**properties: Any) -> Files:
    """A SAM template with one function, its code in src/."""
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"Runtime": "python3.13", "Handler": "app.handler", "CodeUri": "src/", **properties},
    }
    document = {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"Hello": function}}
    return {"template.json": json.dumps(document), "src/app.py": HANDLER}


# The repository's files, the request's other fields, the error's code.
FAILURES: dict[str, tuple[Files, dict[str, Any], str]] = {
    "missing branch": (template(), {"branch": "nowhere"}, "BranchNotFound"),
    "unknown commit": (template(), {"commit": COMMIT}, "CommitNotFound"),
    "missing project root": (template(), {"projectRoot": "nowhere"}, "ProjectRootNotFound"),
    "missing template": (template(), {"template": "nowhere.yaml"}, "TemplateNotFound"),
    "no project": ({"README.md": "Nothing here."}, {}, "ProjectNotFound"),
    "several projects": (
        {"one/template.json": json.dumps(BUCKET), "two/template.json": json.dumps(BUCKET)},
        {},
        "SeveralProjects",
    ),
    "unsupported project": ({"main.tf": 'provider "aws" {}'}, {}, "ProjectUnsupported"),
    "invalid template": ({"template.yaml": "Resources: [\n"}, {"template": "template.yaml"}, "TemplateInvalid"),
    "missing parameter": (
        template(Parameters={"Email": {"Type": "String"}}, Outputs={"To": {"Value": {"Ref": "Email"}}}),
        {},
        "ParametersMissing",
    ),
    "unknown parameter": (template(), {"parameters": {"Name": "x"}}, "ParametersInvalid"),
    "missing source": (function(CodeUri="elsewhere/"), {}, "SourceMissing"),
    "unsafe path": (function(CodeUri="../../etc"), {}, "PathUnsafe"),
    "unknown transform": (template(Transform="Some::Macro"), {}, "TransformUnsupported"),
    "template that is not allowed": (template(Resources=NOT_ALLOWED), {}, "TemplateNotAllowed"),
    "plan of one that is not allowed": (
        template(Resources=NOT_ALLOWED),
        {"mode": "plan"},
        "TemplateNotAllowed",
    ),
    "failing build": (
        {**function(), "src/requirements.txt": "./no-such-package\n"},
        {},
        "BuildFailed",
    ),
    "failing stack": (
        template(Resources={**BUCKET["Resources"], "Setting": SETTING}),
        {},
        "StackFailed",
    ),
}


@pytest.fixture(scope="module")
def settled(running: Laptop, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Session]:
    """The session of each situation; some run side by side."""

    def deploy(situation: str) -> Session:
        files, fields, _ = FAILURES[situation]
        repository = make_repository(running, tmp_path_factory.mktemp("repository"), files)
        client = running.client()
        return client.settle(client.deploy(repository, **fields)["sessionId"])

    with ThreadPoolExecutor(4) as pool:
        return dict(zip(FAILURES, pool.map(deploy, FAILURES), strict=True))


@pytest.mark.parametrize("situation", FAILURES)
def test_failure(running: Laptop, settled: dict[str, Session], situation: str) -> None:
    """The session fails with that code and a message, its log ends with it, and no stack is left."""
    session = settled[situation]

    error = session.get("error", {})
    assert (session["status"], error.get("code")) == ("failed", FAILURES[situation][2]), error
    assert error["message"]
    assert session["logs"][-1]["level"] == "error"
    assert not leftovers(running, session["sessionId"])


def test_everything_that_is_not_allowed(settled: dict[str, Session]) -> None:
    """The session lists each finding by itself."""
    errors = settled["template that is not allowed"]["error"]["errors"]

    assert [each["field"] for each in errors] == [
        "template.json Resources.User.Type",
        "template.json Resources.Permission.Properties.FunctionName",
    ]


def test_missing_repository(client: Client) -> None:
    """A repository that is not there, or private, is one error: GitHub does not tell them apart."""
    session = client.settle(client.deploy("nobody/nothing")["sessionId"])

    assert session["error"]["code"] == "RepositoryNotFound"


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"repository": "https://gitlab.com/a/b"}, "repository"),
        ({"repository": "http://github.com/a/b"}, "repository"),
        ({"repository": "https://user:pw@github.com/a/b"}, "repository"),
        ({"branch": "--upload-pack=x"}, "branch"),
        ({"branch": "a..b"}, "branch"),
        ({"commit": "main"}, "commit"),
        ({"projectRoot": "../up"}, "projectRoot"),
        ({"colour": "red"}, "colour"),
        ({"mode": "maybe"}, "mode"),
        ({"parameters": [1]}, "parameters"),
    ],
    ids=str,
)
def test_refused_request(client: Client, fields: dict[str, Any], problem: str) -> None:
    """What is wrong by itself is refused at once, and the field is named."""
    with pytest.raises(Refused) as refused:
        client.deploy(**{"repository": "examples/python-lambda", **fields})

    assert (refused.value.status, refused.value.code) == (400, "RequestInvalid")
    assert problem in json.dumps(refused.value.problem["errors"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/deploy", "not JSON", 400),
        ("POST", "/deploy", "[]", 400),
        ("POST", "/deploy", json.dumps({"repository": "x" * 20_000}), 413),
        ("GET", "/status/none", None, 404),
        ("GET", "/status/01890a5d-ac96-774b-bcce-b302099a8057", None, 404),
        ("GET", "/deployments?limit=0", None, 400),
        ("GET", "/deployments?nextToken=x", None, 400),
        ("GET", "/deployments?status=fine", None, 400),
        ("DELETE", "/deployments/01890a5d-ac96-774b-bcce-b302099a8057", None, 404),
        ("GET", "/nowhere", None, 404),
        ("PUT", "/deploy", "{}", 405),
    ],
)
def test_refused_call(client: Client, method: str, path: str, body: str | None, status: int) -> None:
    """Each refusal is a problem of RFC 9457, with a code and a request id."""
    response = client.call(method, path, data=body, headers={"Content-Type": "application/json"})

    assert response.status_code == status, response.text
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert {"type", "title", "status", "detail", "code", "requestId"} <= response.json().keys()


def test_container_that_dies(client: Client, running: Laptop) -> None:
    """A container that ends without a report settles its session as WorkerStopped."""
    ecs = running.platform.client("ecs")
    accepted = client.deploy("examples/python-lambda")

    stop_first_task(ecs, running.application.cluster)
    session = client.settle(accepted["sessionId"])

    assert (session["status"], session["error"]["code"]) == ("failed", "WorkerStopped")


def stop_first_task(ecs: Any, cluster: str) -> None:
    while True:
        for arn in ecs.list_tasks(cluster=cluster, desiredStatus="RUNNING")["taskArns"]:
            ecs.stop_task(cluster=cluster, task=arn, reason="killed by a test")
            return


def make_repository(running: Laptop, tmp_path: Path, files: Files) -> str:
    """Its name; the running application can deploy it."""
    for path, text in files.items():
        target = tmp_path / "repository" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    name = hashlib.sha256(str(tmp_path).encode()).hexdigest()[:12]
    make_bare(tmp_path / "repository", running.repositories / OWNER / f"{name}.git")
    return f"{OWNER}/{name}"


def leftovers(running: Laptop, session_id: str) -> list[str]:
    """Stacks that carry the session's tag."""
    stacks = running.platform.client("cloudformation").describe_stacks()["Stacks"]
    tag = {"Key": "DeploymentSessionId", "Value": session_id}
    return [stack["StackName"] for stack in stacks if tag in stack.get("Tags", [])]
