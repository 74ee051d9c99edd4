"""PublishPackage: from what the clone and the build left, to packages and a template that names them."""

from __future__ import annotations

import hashlib
import io
import json
import logging
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.session_table import give_parameters

import publish_package
from deployer.aws.artifacts import build_key, source_key, trusted_key
from deployer.aws.clients import client
from deployer.aws.earlier_builds import find_build
from deployer.errors import (
    ArtifactInvalid,
    ArtifactMissing,
    BuildFailed,
    PathUnsafe,
    TemplateInvalid,
    TemplateNotAllowed,
    errors_of,
)
from deployer.packaging.archive import Entry, write_zip
from deployer.packaging.build_unit import build_units
from deployer.packaging.known_values import with_given
from deployer.packaging.template_paths import local_paths
from deployer.template.template import SAM_TRANSFORM, parse

if TYPE_CHECKING:
    from pathlib import Path

    from tests.stack_session import Session

    from deployer.aws.artifacts import Artifacts

IDENTITY = "1" * 64
BOUNDARY = "arn:aws:iam::123456789012:policy/deployer/deployed/Boundary"
FUNCTION: dict[str, Any] = {
    "Type": "AWS::Serverless::Function",
    "Properties": {"CodeUri": "src/", "Handler": "app.handler", "Runtime": "python3.13"},
}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
logging.getLogger("samtranslator").setLevel(logging.CRITICAL)


class Project:
    """What the earlier states left for one session."""

    def __init__(self, artifacts: Artifacts, session: Session, folder: Path) -> None:
        self.artifacts, self.session, self.folder = artifacts, session, folder
        self.units: list[Any] = []
        self.built: dict[str, str] = {}

    def leave(self, document: dict[str, Any], files: dict[str, str], *others: Entry) -> None:
        """The source archive, and what DetectProject found in it."""
        entries = [Entry.of_bytes(name, text.encode()) for name, text in files.items()]
        write_zip(self.folder / "source.zip", [*entries, *others])
        self.artifacts.put(source_key(self.session.id, "source.zip"), (self.folder / "source.zip").read_bytes())
        targets = {entry.name: entry.open().read().decode() for entry in others if entry.is_link}
        names = [*files, *(entry.name for entry in others)]
        self.units = build_units(document, local_paths(document, "template.yaml"), names, targets)
        self._found(document)

    def leave_unit(self, known: dict[str, Any], document: dict[str, Any], names: list[str]) -> None:
        """What is to be built, by the values that are known."""
        self.units = build_units(known, local_paths(document, "template.yaml"), names)
        self._found(document)

    def leave_unsafe(self, document: dict[str, Any]) -> None:
        """A document that DetectProject would have refused."""
        self.leave({}, {"README": ""})
        self._found(document)

    def _found(self, document: dict[str, Any]) -> None:
        found: dict[str, Any] = {"basePath": "template.yaml", "document": document, "units": self.units}
        found |= {"buildIdentity": IDENTITY, "built": self.built, "parameters": None}
        found |= {"settings": {"samconfig": {}, "tags": {"team": "file", "cost": "7"}, "stack": {}}}
        self.artifacts.put(trusted_key(self.session.id, "project.json"), json.dumps(found).encode())

    def leave_built(self, body: bytes, sha256: str | None = None) -> None:
        """The one unit's zip, and a report of it."""
        unit_id = self.units[0]["id"]
        self.artifacts.put(build_key(self.session.id, f"{unit_id}.zip"), body)
        told = {"sha256": sha256 or hashlib.sha256(body).hexdigest(), "sizeBytes": len(body), "tool": "uv"}
        self.report({"error": None, "packages": {unit_id: told}, "warnings": ["slow"], "logTail": []})

    def report(self, report: Any) -> None:
        self.artifacts.put(build_key(self.session.id, "report.json"), json.dumps(report).encode())

    def publish(self, **parameters: str) -> tuple[dict[str, Any], Any]:
        """The packaged template, and the state's answer."""
        give_parameters(self.session.id, parameters)
        event = self.session.event(
            request={"tags": {"team": "blue"}},
            source={"stackName": "shop"},
            project={"needsBuild": bool(self.units)},
        )
        answer = publish_package.handler(event, None)
        return json.loads(self.artifacts.get(answer["templateKey"], 1_000_000)), answer

    def zip_at(self, code: dict[str, str]) -> zipfile.ZipFile:
        return zipfile.ZipFile(io.BytesIO(self.artifacts.get(code["S3Key"], 1_000_000)))


@pytest.fixture
def project(artifacts: Artifacts, session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PERMISSIONS_BOUNDARY_ARN", BOUNDARY)
    monkeypatch.setenv("OWN_API_ID", "a1b2c3d4e5")
    return Project(artifacts, session, tmp_path)


def _zip(*names: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), "x")
    return body.getvalue()


def test_sam_project(project: Project) -> None:
    """Its template is plain CloudFormation, its code in the bucket under its hash, its role bounded."""
    project.leave(
        {"Transform": SAM_TRANSFORM, "Resources": {"One": FUNCTION}},
        {"src/app.py": "pass", "README": "no"},
    )

    template, answer = project.publish()

    one = template["Resources"]["One"]
    assert one["Type"] == "AWS::Lambda::Function"
    assert one["Properties"]["Code"]["S3Key"].startswith("packages/")
    assert project.zip_at(one["Properties"]["Code"]).namelist() == ["app.py"]
    assert template["Resources"]["OneRole"]["Properties"]["PermissionsBoundary"] == BOUNDARY
    assert answer["capabilities"] == ["CAPABILITY_IAM"]
    assert answer["templateKey"].endswith(".template.json")
    assert "uploaded 1 package (" in project.session.messages[-1]
    assert project.session.head["stage"] == "planning"


def test_second_time(project: Project) -> None:
    """The same project gives the same keys, and nothing is sent again."""
    project.leave({"Transform": SAM_TRANSFORM, "Resources": {"One": FUNCTION}}, {"src/app.py": "pass"})

    first, second = project.publish(), project.publish()

    assert first == second
    assert "reused 1 package" in project.session.messages


def test_what_was_built(project: Project) -> None:
    """A unit's zip is taken as the build left it, and its warnings are told."""
    project.leave({"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}, {"src/requirements.txt": ""})
    project.leave_built(_zip("app.py", "lib/x.py"))

    template, _ = project.publish()

    code = template["Resources"]["One"]["Properties"]["Code"]
    assert project.zip_at(code).namelist() == ["app.py", "lib/x.py"]
    assert "slow" in project.session.messages


def test_build_of_an_unchanged_commit(project: Project) -> None:
    """What was published for a build is found under its identity, and taken without any report of a build."""
    document = {"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}
    project.leave(document, {"src/requirements.txt": ""})
    project.leave_built(_zip("app.py", "lib/x.py"))
    first, _ = project.publish()
    kept = find_build(project.artifacts, IDENTITY, project.units)
    assert kept is not None

    project.built = kept["packages"]
    project.leave(document, {"src/requirements.txt": ""})
    project.report({"error": {"code": "BuildFailed", "message": "no build was wanted"}})
    before = _versions()
    second, _ = project.publish()

    assert second == first
    assert (kept["sessionId"], kept["warnings"]) == (project.session.id, ["slow"])
    assert "reused 1 package" in project.session.messages
    assert _versions() == before


def test_earlier_package_that_was_removed(project: Project) -> None:
    """Gone since DetectProject saw it, it fails the session by name; the next session builds."""
    document = {"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}
    project.leave(document, {"src/requirements.txt": ""})
    project.leave_built(_zip("app.py"))
    project.publish()
    kept = find_build(project.artifacts, IDENTITY, project.units)
    assert kept is not None

    project.built = kept["packages"]
    project.leave(document, {"src/requirements.txt": ""})
    client("s3").delete_object(Bucket="artifacts", Key=next(iter(project.built.values())))
    with pytest.raises(ArtifactMissing, match=r"the package of One, which an earlier session built, was removed"):
        project.publish()

    assert find_build(project.artifacts, IDENTITY, project.units) is None


def test_runtime_from_a_parameter(project: Project) -> None:
    """What the request gives to a parameter names the same unit here as where it was to be built."""
    function = {**FUNCTION, "Properties": {**FUNCTION["Properties"], "Runtime": {"Ref": "Runtime"}}}
    document = {
        "Transform": SAM_TRANSFORM,
        "Parameters": {"Runtime": {"Type": "String"}},
        "Resources": {"One": function},
    }
    given = {"Runtime": "python3.13"}
    project.leave(document, {"src/requirements.txt": ""})
    project.leave_unit(with_given(document, given), document, ["src/requirements.txt"])
    project.leave_built(_zip("app.py"))

    template, _ = project.publish(**given)

    code = template["Resources"]["One"]["Properties"]["Code"]
    assert project.zip_at(code).namelist() == ["app.py"]


def _versions() -> list[str]:
    """Every object that was ever sent to the places that outlive a session."""
    versions = client("s3").list_object_versions(Bucket="artifacts")["Versions"]
    return sorted(each["VersionId"] for each in versions if not each["Key"].startswith("sessions/"))


@pytest.mark.parametrize("names", [("../evil",), ("/etc/passwd",), ("a\\b",), ("A", "a")])
def test_hostile_package(project: Project, names: tuple[str, ...]) -> None:
    """What a build left is not published when it could harm whoever unpacks it."""
    project.leave({"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}, {"src/requirements.txt": ""})
    project.leave_built(_zip(*names))

    with pytest.raises(ArtifactInvalid):
        project.publish()
    assert client("s3").list_objects_v2(Bucket="artifacts", Prefix="packages/")["KeyCount"] == 0


def test_package_that_was_swapped(project: Project) -> None:
    """A zip that is not what the report says is refused."""
    project.leave({"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}, {"src/requirements.txt": ""})
    project.leave_built(_zip("app.py"), sha256="0" * 64)

    with pytest.raises(ArtifactInvalid, match="One is not what the build reported"):
        project.publish()


@pytest.mark.parametrize("rest", [{}, {"packages": []}, {"packages": {}, "warnings": 7}])
def test_report_without_the_package(project: Project, rest: Any) -> None:
    """A report of any shape is data, and a package that is missing from it is missed."""
    project.leave({"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}, {"src/requirements.txt": ""})
    project.report({"error": None, **rest})

    with pytest.raises((ArtifactInvalid, ArtifactMissing)):
        project.publish()


def test_build_that_failed(project: Project) -> None:
    """Its error is raised."""
    project.leave({"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}, {"src/requirements.txt": ""})
    error = {"code": "BuildFailed", "message": "One (uv): no such package"}
    project.report({"error": error, "packages": {}, "warnings": [], "logTail": []})

    with pytest.raises(BuildFailed, match="no such package"):
        project.publish()


def test_link_in_the_source(project: Project) -> None:
    """A link inside the repository becomes what it points to; one that leads out is refused."""
    document = {"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}
    files = {"src/app.py": "", "shared/x.py": "1"}
    project.leave(document, files, Entry.of_bytes("src/lib", b"../shared", is_link=True))
    template, _ = project.publish()
    project.leave(document, files, Entry.of_bytes("src/leak", b"../../etc/passwd", is_link=True))

    assert project.zip_at(template["Resources"]["One"]["Properties"]["Code"]).namelist() == ["app.py", "lib/x.py"]
    with pytest.raises(PathUnsafe, match="src/leak"):
        project.publish()


def test_links_that_multiply(project: Project) -> None:
    """Links to the folder that they are in are followed once, not for ever."""
    document = {"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}
    links = [Entry.of_bytes(f"src/{number}", b".", is_link=True) for number in range(12)]
    project.leave(document, {"src/app.py": ""}, *links)

    template, _ = project.publish()

    names = project.zip_at(template["Resources"]["One"]["Properties"]["Code"]).namelist()
    assert names == sorted(["app.py", *(f"{number}/app.py" for number in range(12))])


def test_path_that_leads_out(project: Project) -> None:
    """A CodeUri outside of the repository is refused by its name."""
    one = {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "../../etc"}}
    project.leave_unsafe({"Resources": {"One": one}, "Transform": SAM_TRANSFORM})

    with pytest.raises(PathUnsafe, match=r"Resources\.One\.Properties\.CodeUri"):
        project.publish()


def test_state_machine_and_include(project: Project) -> None:
    """A YAML definition becomes JSON in the bucket; an included file becomes a part of the template."""
    document = parse(
        """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Machine:
            Type: AWS::Serverless::StateMachine
            Properties: {DefinitionUri: machine.asl.yaml, Role: arn:role}
          Api:
            Type: AWS::Serverless::Api
            Properties:
              StageName: v1
              DefinitionBody: {Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./api.yaml}}}
        """,
        "template.yaml",
    )
    project.leave(
        document,
        {
            "machine.asl.yaml": "StartAt: A\nStates: {A: {Type: Succeed}}\n",
            "api.yaml": "swagger: '2.0'\ninfo: {title: !Ref AWS::StackName}\npaths: {}\n",
        },
    )

    template, _ = project.publish()

    where = template["Resources"]["Machine"]["Properties"]["DefinitionS3Location"]
    assert json.loads(project.artifacts.get(where["Key"], 1000))["StartAt"] == "A"
    assert template["Resources"]["Api"]["Properties"]["Body"]["info"] == {"title": {"Ref": "AWS::StackName"}}


def _nesting(logical_id: str, path: str) -> dict[str, Any]:
    stack = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": path}}
    return {"Resources": {logical_id: stack}}


def test_nested_templates(project: Project) -> None:
    """A nested template is packaged as its parent is: expanded, bounded, and named by its https address."""
    child = {"Transform": SAM_TRANSFORM, "Resources": {"One": FUNCTION}}
    document = {
        "Resources": {"Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "c/t.json"}}}
    }
    project.leave(document, {"c/t.json": json.dumps(child), "c/src/app.py": "pass"})

    template, answer = project.publish()

    url = template["Resources"]["Child"]["Properties"]["TemplateURL"]
    assert url.startswith("https://")
    nested = json.loads(project.artifacts.get(url.partition("/artifacts/")[2], 1_000_000))
    assert nested["Resources"]["One"]["Type"] == "AWS::Lambda::Function"
    assert nested["Resources"]["OneRole"]["Properties"]["PermissionsBoundary"] == BOUNDARY
    assert "CAPABILITY_AUTO_EXPAND" in answer["capabilities"]


def test_template_that_is_not_allowed(project: Project) -> None:
    """All that is wrong, in the template and in those it nests, is one error, and no template is uploaded."""
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "c/t.json"}}
    bucket = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": "artifacts"}}
    child = {"Transform": SAM_TRANSFORM, "Resources": {"One": FUNCTION, "User": {"Type": "AWS::IAM::User"}}}
    files = {"c/t.json": json.dumps(child), "c/src/app.py": "pass"}
    project.leave({"Resources": {"Child": nested, "Policy": bucket}}, files)
    before = project.session.head

    with pytest.raises(TemplateNotAllowed) as caught:
        project.publish()

    assert [each["field"] for each in errors_of(caught.value.message)] == [
        "template.yaml Resources.Policy.Properties.Bucket",
        "c/t.json Resources.User.Type",
    ]
    keys = [each["Key"] for each in client("s3").list_objects_v2(Bucket="artifacts")["Contents"]]
    assert not [key for key in keys if key.endswith(".template.json")]
    assert project.session.head == before


def test_template_that_opens_our_api(project: Project) -> None:
    """A usage plan of a stack's own for this application's API would let its key in."""
    stages = [{"ApiId": "a1b2c3d4e5", "Stage": "v1"}]
    plan = {"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"ApiStages": stages}}
    project.leave({"Resources": {"Plan": plan}}, {"README": ""})

    with pytest.raises(TemplateNotAllowed, match="a1b2c3d4e5 belongs to this application"):
        project.publish()


def test_what_the_owner_allows(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The application's own parameters reach the rules."""
    monkeypatch.setenv("ALLOWED_RESOURCE_TYPES", "AWS::Budgets::*, AWS::IAM::User")
    monkeypatch.setenv("ALLOWED_PRINCIPALS", "666666666666")
    monkeypatch.setenv("ALLOWED_REFERENCE_PREFIXES", "/shared/")
    trust = {"Statement": {"Effect": "Allow", "Principal": {"AWS": "666666666666"}, "Action": "sts:AssumeRole"}}
    resources = {
        "User": {"Type": "AWS::IAM::User", "Properties": {"Path": "{{resolve:ssm:/shared/path}}"}},
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
    }
    project.leave({"Resources": resources}, {"README": ""})

    template, _ = project.publish()

    assert template["Resources"].keys() == resources.keys()


def test_secret_by_reference(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret's reference is judged like one in the template; where it is allowed, nothing limits its length."""
    secret = "{{resolve:secretsmanager:shop/broker:SecretString:password}}"
    broker = {"Type": "AWS::AmazonMQ::Broker", "Properties": {"Users": [{"Password": {"Ref": "Password"}}]}}
    parameters = {"Password": {"Type": "String", "NoEcho": True, "MaxLength": 41}}
    project.leave({"Parameters": parameters, "Resources": {"Broker": broker}}, {"README": ""})

    monkeypatch.setenv("ALLOWED_REFERENCE_PREFIXES", "/other/")
    with pytest.raises(TemplateNotAllowed, match="reads secretsmanager shop/broker"):
        project.publish(Password=secret)
    monkeypatch.setenv("ALLOWED_REFERENCE_PREFIXES", "shop/")
    template, answer = project.publish(Password=secret)

    assert template["Parameters"] == {"Password": {"Type": "String", "NoEcho": True}}
    assert answer["parameters"] == {"Password": secret}
    assert answer["tags"] == {"team": "blue", "cost": "7"}


def test_nested_template_that_is_no_tree_of_maps(project: Project) -> None:
    """One that only the packager reads is looked at, too."""
    document = {
        "Resources": {"Me": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "t.json"}}}
    }
    project.leave(document, {"t.json": json.dumps({"Resources": {"A": {"Type": {"Ref": "T"}}}})})

    with pytest.raises(TemplateInvalid, match=r"Resources\.A\.Type is no text"):
        project.publish()


def test_template_that_nests_itself(project: Project) -> None:
    """It is refused, not followed for ever."""
    document = {
        "Resources": {"Me": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "t.json"}}}
    }
    project.leave(document, {"t.json": json.dumps(document)})

    with pytest.raises(TemplateInvalid, match="nested more than"):
        project.publish()


def test_single_file(project: Project) -> None:
    """A CodeUri that is one script is a package of that script."""
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Code": "app.py", "Runtime": "python3.13"}}
    project.leave({"Resources": {"One": function}}, {"app.py": "pass"})

    template, _ = project.publish()

    assert project.zip_at(template["Resources"]["One"]["Properties"]["Code"]).namelist() == ["app.py"]


def test_archive_as_it_is(project: Project) -> None:
    """A CodeUri that is a zip is published byte by byte."""
    function = {**FUNCTION, "Properties": {**FUNCTION["Properties"], "CodeUri": "app.zip"}}
    document = {"Resources": {"One": function}, "Transform": SAM_TRANSFORM}
    body = _zip("app.py")
    project.leave(document, {}, Entry.of_bytes("app.zip", body))

    template, _ = project.publish()

    code = template["Resources"]["One"]["Properties"]["Code"]
    assert project.artifacts.get(code["S3Key"], 1_000_000) == body


@pytest.mark.parametrize("code", ["src", "all/fn", "all/fn/app.py", "app.py"])
def test_source_behind_a_link(project: Project, code: str) -> None:
    """A path that is a link, or passes through one, is packaged as what it leads to."""
    links = {"src": "lib/fn", "all": "lib", "app.py": "lib/fn/app.py"}
    function = {**FUNCTION, "Properties": {**FUNCTION["Properties"], "CodeUri": code}}
    document = {"Resources": {"One": function}, "Transform": SAM_TRANSFORM}
    entries = [Entry.of_bytes(name, target.encode(), is_link=True) for name, target in links.items()]
    project.leave(document, {"lib/fn/app.py": "pass"}, *entries)

    template, _ = project.publish()

    assert project.zip_at(template["Resources"]["One"]["Properties"]["Code"]).namelist() == ["app.py"]


def test_build_behind_a_link(project: Project) -> None:
    """The package that was built of the folder behind the link is taken."""
    document = {"Resources": {"One": FUNCTION}, "Transform": SAM_TRANSFORM}
    project.leave(document, {"lib/fn/requirements.txt": ""}, Entry.of_bytes("src", b"lib/fn", is_link=True))
    project.leave_built(_zip("app.py"))

    template, _ = project.publish()

    assert project.units[0]["source"] == "lib/fn"
    assert project.zip_at(template["Resources"]["One"]["Properties"]["Code"]).namelist() == ["app.py"]
