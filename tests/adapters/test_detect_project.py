"""DetectProject from what the clone left in the bucket to what the next states read, against moto."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from tests.cloudformation import CannedCloudFormation, a_stack, tags_of
from tests.session_table import ENTERED_AT, NOW_MS, TABLE, a_head, create_table, give_parameters

import detect_project
from deployer.aws.artifacts import source_key, trusted_key
from deployer.aws.clients import client
from deployer.aws.clone_plans import clone_request
from deployer.aws.earlier_builds import keep_build
from deployer.aws.earlier_sources import take_source
from deployer.aws.sessions import Sessions
from deployer.errors import (
    ParametersMissing,
    ProjectNotFound,
    RepositoryTooLarge,
    SeveralProjects,
    SourceMissing,
    StackNotOurs,
    TemplateInvalid,
    WorkerStopped,
)
from deployer.repository import Repository
from deployer.session import new_session_id
from deployer.settings import Settings

if TYPE_CHECKING:
    from deployer.aws.artifacts import Artifacts
    from deployer.state_data import ProjectFound
    from deployer.worker import EarlierBuild

SESSION = new_session_id(NOW_MS)
SAM = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Hello:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Runtime: python3.13, Handler: app.handler}
"""
REQUEST: dict[str, Any] = {
    "repository": "octo/hello",
    "projectRoot": "",
    "template": None,
    "stackName": None,
}


@pytest.fixture
def sessions(artifacts: Artifacts, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    """A running session, and the settings of this application."""
    for name, value in {
        "TABLE_NAME": TABLE,
        "BUCKET_NAME": artifacts.bucket,
        "SESSION_LOG_DAYS": "90",
        "BUILD_TIMEOUT_SECONDS": "900",
        "WORKER_ROLE_ARN": "arn:aws:iam::123456789012:role/worker",
        "CLOUDFORMATION_ROLE_ARN": "arn:aws:iam::123456789012:role/cloudformation",
        "CLONE_IMAGE": "clone:1",
        "BUILD_IMAGE": "build:1",
        "GIT_URL": "https://github.com",
    }.items():
        monkeypatch.setenv(name, value)
    create_table()
    sessions = Sessions(TABLE, 90, lambda: NOW_MS)
    sessions.create(a_head(SESSION))
    return sessions


def _cloned(artifacts: Artifacts, texts: dict[str, str], others: tuple[str, ...] = (), **manifest: Any) -> None:
    """The clone leaves these files."""
    files = dict.fromkeys([*texts, *others], "100644")
    whole = {"commit": "0" * 40, "files": files, "texts": texts, "oversized": [], "findings": []} | manifest
    artifacts.put(source_key(SESSION, "manifest.json"), json.dumps(whole).encode())
    _reported(artifacts, None)


def _reported(artifacts: Artifacts, error: dict[str, str] | None) -> None:
    report = {"error": error, "logTail": ["2 files, 100 bytes", "warning: the submodule x is left out"]}
    artifacts.put(source_key(SESSION, "report.json"), json.dumps(report).encode())


def _detect(
    *, source: dict[str, str] | None = None, parameters: dict[str, str] | None = None, **request: Any
) -> ProjectFound:
    give_parameters(SESSION, parameters or {})
    source = {"repository": "octo/hello", "commit": "0" * 40, "stackName": "shop", **(source or {})}
    event: Any = {"sessionId": SESSION, "enteredAt": ENTERED_AT, "request": REQUEST | request, "source": source}
    return detect_project.handler(event, None)


def _trusted(artifacts: Artifacts, name: str) -> Any:
    return json.loads(artifacts.get(trusted_key(SESSION, name), 1_000_000))


def test_project_with_a_build(artifacts: Artifacts, sessions: Sessions) -> None:
    """The build's plan and the project are written, and the session says what is done next."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py", "src/requirements.txt"))

    found = _detect()

    head = sessions.head(SESSION)
    project = _trusted(artifacts, "project.json")
    assert (found["kind"], found["projectRoot"], found["needsBuild"]) == ("sam", "", True)
    assert found["planUrl"] is not None
    assert _trusted(artifacts, "build-plan.json")["units"] == project["units"]
    assert (project["basePath"], [unit["source"] for unit in project["units"]]) == ("template.yaml", ["src"])
    assert (head["stage"], head["message"]) == ("packaging", "building Hello")
    assert head["project"]["template"] == "template.yaml"
    evidence = "template.yaml declares the transform AWS::Serverless-2016-10-31"
    assert head["project"]["found"] == [{"path": "template.yaml", "kind": "sam", "evidence": evidence}]


def test_cdk_app(artifacts: Artifacts, sessions: Sessions) -> None:
    """The build is told where the app lies, what it may read, and where it is deployed to."""
    _cloned(
        artifacts, {"web/infra/cdk.json": '{"app": "python3 app.py"}'}, ("web/infra/stack.py", "web/src/data.js")
    )

    found = _detect(projectRoot="web")

    [unit] = _trusted(artifacts, "build-plan.json")["units"]
    assert (found["kind"], found["projectRoot"], found["needsBuild"]) == ("cdk", "web/infra", True)
    assert (unit["method"], unit["source"], unit["options"]["root"]) == ("cdk", "web", "infra")
    assert unit["options"]["account"] == "123456789012"
    assert unit["options"]["region"] == client("s3").meta.region_name


def test_project_without_a_build(artifacts: Artifacts, sessions: Sessions) -> None:
    """No plan is written for a container that will not start."""
    _cloned(artifacts, {"fn/app.py": "def handler(event, context): ..."})

    found = _detect()

    project = _trusted(artifacts, "project.json")
    assert found == {"kind": "lambda", "projectRoot": "fn", "needsBuild": False, "planUrl": None}
    assert (project["basePath"], project["units"]) == ("fn/template.yaml", [])
    assert sessions.head(SESSION)["stage"] == "publishing"
    assert "Contents" in client("s3").list_objects_v2(
        Bucket=artifacts.bucket, Prefix=f"sessions/{SESSION}/trusted/project"
    )
    assert "Contents" not in client("s3").list_objects_v2(
        Bucket=artifacts.bucket, Prefix=f"sessions/{SESSION}/trusted/build"
    )


def _built(artifacts: Artifacts) -> dict[str, str]:
    """An earlier session built what was detected just now."""
    project = _trusted(artifacts, "project.json")
    packages = {unit["id"]: f"packages/{unit['id']}.zip" for unit in project["units"]}
    for key in packages.values():
        artifacts.put(key, b"zip")
    build: EarlierBuild = {"sessionId": "earlier", "packages": packages, "warnings": ["src: no wheel"]}
    keep_build(artifacts, project["buildIdentity"], build)
    return packages


def test_commit_that_was_built_before(artifacts: Artifacts, sessions: Sessions) -> None:
    """No container is started for what an earlier session built, and the log says which one that was."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py", "src/requirements.txt"))
    _detect()
    packages = _built(artifacts)

    found = _detect()

    project = _trusted(artifacts, "project.json")
    messages = [entry["message"] for entry in sessions.logs(SESSION, None, 100)[0]]
    assert (found["needsBuild"], found["planUrl"]) == (False, None)
    assert (project["built"], len(project["units"])) == (packages, 1)
    assert {"session earlier built this commit: its packages are taken", "src: no wheel"} <= set(messages)


def test_source_of_a_project(artifacts: Artifacts, sessions: Sessions) -> None:
    """Whoever wants the same files of the same commit is told where they are."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py",))
    artifacts.put(source_key(SESSION, "source.zip"), b"zip")
    _detect()
    request = clone_request(Settings.from_env(), Repository.from_text("octo/hello"), "0" * 40, "")
    later = new_session_id(NOW_MS)

    taken = take_source(artifacts, request, "clone:1", later)

    assert taken == SESSION
    assert artifacts.get(source_key(later, "source.zip"), 100) == b"zip"


def test_package_that_is_gone(artifacts: Artifacts, sessions: Sessions) -> None:
    """What was removed since then is built again."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py", "src/requirements.txt"))
    _detect()
    [key] = _built(artifacts).values()
    client("s3").delete_object(Bucket=artifacts.bucket, Key=key)

    assert _detect()["needsBuild"]


@pytest.mark.parametrize("setting", ["CLONE_IMAGE", "BUILD_IMAGE"])
def test_other_image(
    artifacts: Artifacts, sessions: Sessions, monkeypatch: pytest.MonkeyPatch, setting: str
) -> None:
    """Other tools may make something else of the same commit."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py", "src/requirements.txt"))
    _detect()
    _built(artifacts)
    monkeypatch.setenv(setting, "image:2")

    assert _detect()["needsBuild"]


def test_image_without_a_name(artifacts: Artifacts, sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the build image's tag nobody knows whether it is still the same one: nothing is taken."""
    monkeypatch.setenv("BUILD_IMAGE", "")
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py", "src/requirements.txt"))
    _detect()
    _built(artifacts)

    assert _detect()["needsBuild"]


@pytest.mark.parametrize("other", [{"repository": "fork/hello"}, {"commit": "1" * 40}])
def test_other_source(artifacts: Artifacts, sessions: Sessions, other: dict[str, str]) -> None:
    """Neither another repository nor another commit is given what this one left, whatever its template says."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py", "src/requirements.txt"))
    _detect()
    _built(artifacts)

    assert _detect(source=other)["needsBuild"]


def test_other_files_of_the_commit(artifacts: Artifacts, sessions: Sessions) -> None:
    """Another project root has the clone take other files, which a build of the same folder may read."""
    _cloned(artifacts, {"app/template.yaml": SAM}, ("app/src/app.py", "app/src/requirements.txt"))
    _detect(projectRoot="app")
    _built(artifacts)

    assert _detect(projectRoot="", template="app/template.yaml")["needsBuild"]


def test_what_people_read(artifacts: Artifacts, sessions: Sessions) -> None:
    """The log has the evidence, the clone's notes and 20 of cfn-lint's findings; a retry writes nothing twice."""
    finding = {"path": "template.yaml", "line": 3, "rule": "W1", "level": "warning", "message": "old"}
    _cloned(artifacts, {"template.yaml": SAM}, ("src/app.py",), findings=[finding] * 23)

    _detect()
    _detect()

    entries, _ = sessions.logs(SESSION, None, 100)
    lines = [(entry["stage"], entry["level"], entry["message"]) for entry in entries]
    assert len(lines) == 24
    assert lines[:4] == [
        ("cloning", "info", "2 files, 100 bytes"),
        ("cloning", "warning", "the submodule x is left out"),
        ("detecting", "info", "template.yaml declares the transform AWS::Serverless-2016-10-31"),
        ("detecting", "warning", "template.yaml:3: W1 old"),
    ]
    assert lines[-1] == ("detecting", "warning", "cfn-lint has 3 more findings")


def test_clone_that_told_of_an_error(artifacts: Artifacts, sessions: Sessions) -> None:
    """Its error is this state's."""
    _reported(artifacts, {"code": "RepositoryTooLarge", "message": "60,000 files"})

    with pytest.raises(RepositoryTooLarge, match="60,000 files"):
        _detect()


def test_clone_that_left_nothing(artifacts: Artifacts, sessions: Sessions) -> None:
    """A task that ended without a report was stopped."""
    with pytest.raises(WorkerStopped):
        _detect()


def test_repository_without_a_project(artifacts: Artifacts, sessions: Sessions) -> None:
    """The error says what is there, and the session has not moved on."""
    _cloned(artifacts, {}, ("README.md",))

    with pytest.raises(ProjectNotFound, match=r"among README\.md"):
        _detect()

    assert sessions.head(SESSION)["stage"] == "validating"


def test_repository_with_several_projects(artifacts: Artifacts, sessions: Sessions) -> None:
    """None is taken; the session lists them, the first 20 and how many there are."""
    _cloned(artifacts, {f"p{number:02}/template.yaml": SAM for number in range(23)}, ("infra/main.tf",))

    with pytest.raises(SeveralProjects):
        _detect()

    project = sessions.head(SESSION)["project"]
    assert (project["kind"], project["template"], project["foundCount"]) == (None, None, 24)
    assert project["found"][0] == {
        "path": "infra/main.tf",
        "kind": "Terraform",
        "evidence": "infra/main.tf is a file of Terraform",
    }
    assert [each["path"] for each in project["found"][1:]] == [
        f"p{number:02}/template.yaml" for number in range(19)
    ]


def test_source_behind_a_link(artifacts: Artifacts, sessions: Sessions) -> None:
    """The build is asked for the folder that the link leads to, and its handler is found there."""
    files = {"template.yaml": "100644", "src": "120000", "lib/app.py": "100644", "lib/requirements.txt": "100644"}
    _cloned(artifacts, {"template.yaml": SAM}, files=files, links={"src": "lib"})

    _detect()

    (unit,) = _trusted(artifacts, "project.json")["units"]
    entries, _ = sessions.logs(SESSION, None, 100)
    assert unit["source"] == "lib"
    assert not any("cannot start" in entry["message"] for entry in entries)


def test_handler_without_its_file(artifacts: Artifacts, sessions: Sessions) -> None:
    """It stops nothing, and is a warning in the log."""
    _cloned(artifacts, {"template.yaml": SAM}, ("src/App.py",))

    _detect()

    entries, _ = sessions.logs(SESSION, None, 100)
    told = [entry["message"] for entry in entries if entry["level"] == "warning"]
    assert told[1:] == [
        "template.yaml: Hello cannot start: its handler app.handler needs app.py in src, which is not there; "
        "did you mean src/App.py?",
    ]


def test_source_folder_that_is_not_there(artifacts: Artifacts, sessions: Sessions) -> None:
    """It is found before anything is built, by the property that names it; the session says what was taken."""
    _cloned(artifacts, {"template.yaml": SAM})

    with pytest.raises(SourceMissing, match=r"Resources\.Hello\.Properties\.CodeUri names src"):
        _detect()

    assert sessions.head(SESSION)["project"]["template"] == "template.yaml"


PARAMETERS = """\
Parameters:
  Kind: {Type: String}
  Table: {Type: String}
  Size: {Type: Number, Default: 1}
Conditions:
  Same: !Equals [!Ref Kind, !Ref Table]
"""


def test_samconfig(artifacts: Artifacts, sessions: Sessions) -> None:
    """The project's own file names the template and gives what the request does not; all of it is said."""
    samconfig = """\
[default.global.parameters]
stack_name = "shop"
[default.deploy.parameters]
template_file = "infra/sam.yaml"
parameter_overrides = "Kind=prod Table=orders Old=1"
tags = "team=blue"
"""
    _cloned(artifacts, {"samconfig.toml": samconfig, "infra/sam.yaml": PARAMETERS + SAM}, ("infra/src/app.py",))

    _detect(parameters={"Table": "mine"})

    head = sessions.head(SESSION)
    told = [entry["message"] for entry in sessions.logs(SESSION, None, 100)[0]]
    assert head["project"]["template"] == "infra/sam.yaml"
    assert head["parameters"] == [
        {"name": "Kind", "value": "prod", "source": "samconfig"},
        {"name": "Table", "value": "mine", "source": "request"},
        {"name": "Size", "value": "1", "source": "default"},
    ]
    assert {
        "samconfig.toml names it",
        "samconfig.toml: stack_name is not used: the request names the stack",
        "samconfig.toml: Old is not used: the template has no such parameter",
        "Kind is prod: samconfig.toml says so",
    } <= set(told)
    settings = _trusted(artifacts, "project.json")["settings"]
    assert settings["tags"] == {"team": "blue"}


def test_stack_that_is_there(
    artifacts: Artifacts, sessions: Sessions, cloudformation: CannedCloudFormation
) -> None:
    """Its values stay; a stack that is not ours is refused before anybody asks for values."""
    _cloned(artifacts, {"template.yaml": PARAMETERS + SAM}, ("src/app.py",))
    kept = [{"ParameterKey": name, "ParameterValue": "old"} for name in ("Kind", "Table", "Dropped")]
    cloudformation.answers(
        "DescribeStacks",
        a_stack("UPDATE_COMPLETE", Parameters=kept),
        a_stack("UPDATE_COMPLETE", Parameters=kept, is_ours=False),
    )

    _detect(stackName="shop", parameters={"Kind": "new"})

    assert [each["source"] for each in sessions.head(SESSION)["parameters"]] == ["request", "stack", "default"]
    with pytest.raises(StackNotOurs, match="shop"):
        _detect(stackName="shop", parameters={"Kind": "new"})


def test_stack_of_another_caller(
    artifacts: Artifacts, sessions: Sessions, cloudformation: CannedCloudFormation
) -> None:
    """It is refused before what it was given is taken or shown."""
    _cloned(artifacts, {"template.yaml": PARAMETERS + SAM}, ("src/app.py",))
    earlier = new_session_id(NOW_MS - 1)
    sessions.create(a_head(earlier, caller="caller-2"))
    kept = [{"ParameterKey": name, "ParameterValue": "old"} for name in ("Kind", "Table")]
    cloudformation.answers("DescribeStacks", a_stack("UPDATE_COMPLETE", Parameters=kept, Tags=tags_of(earlier)))

    with pytest.raises(StackNotOurs, match="another caller"):
        _detect(stackName="shop")


def test_what_can_be_worked_out(artifacts: Artifacts, sessions: Sessions) -> None:
    """The default VPC of the account, a stage: taken, told, and passed on."""
    declared = "Parameters:\n  Vpc: {Type: 'AWS::EC2::VPC::Id'}\n  Stage: {Type: String}\n"
    _cloned(artifacts, {"template.yaml": declared + SAM}, ("src/app.py",))

    _detect()

    parameters = sessions.head(SESSION)["parameters"]
    told = [entry["message"] for entry in sessions.logs(SESSION, None, 100)[0]]
    assert [(each["name"], each["source"]) for each in parameters] == [
        ("Vpc", "workedOut"),
        ("Stage", "workedOut"),
    ]
    assert parameters[0]["value"].startswith("vpc-")
    assert "Stage is dev, since no value was given: a stage that nobody named" in told
    assert _trusted(artifacts, "project.json")["parameters"][1]["value"] == "dev"


def test_missing_parameters(artifacts: Artifacts, sessions: Sessions) -> None:
    """They are asked for before anything is built, and what was found is in the session."""
    _cloned(artifacts, {"template.yaml": PARAMETERS + SAM}, ("src/app.py",))

    with pytest.raises(ParametersMissing, match=r"Kind \(String\), Table \(String\)"):
        _detect()

    assert sessions.head(SESSION)["project"]["kind"] == "sam"


def test_template_that_is_no_tree_of_maps(artifacts: Artifacts, sessions: Sessions) -> None:
    """It is told with the place, before anything else is made of it."""
    _cloned(artifacts, {"template.yaml": f"{SAM}Outputs: x\n"})

    with pytest.raises(TemplateInvalid, match="Outputs is no map"):
        _detect()


def test_template_over_a_limit(artifacts: Artifacts, sessions: Sessions) -> None:
    """It is told before anything is built, with the member and the figure."""
    _cloned(artifacts, {"template.yaml": f"{SAM}Outputs: {{Long: {{Value: x, Description: {'x' * 1025}}}}}\n"})

    with pytest.raises(TemplateInvalid, match=r"Outputs.Long: its Description has 1,025 bytes, at most 1,024"):
        _detect()
