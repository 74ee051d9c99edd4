"""PublishPackage for an AWS CDK app: from the cloud assembly that a build left to packages and one template."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from tests.assemblies import (
    ACCOUNT,
    BUCKET,
    BUCKET_RESOURCE,
    CODE,
    asset,
    files,
    manifest,
    one_function,
    stack,
)
from tests.session_table import give_parameters

import publish_package
from deployer.aws.artifacts import build_key, source_key, trusted_key
from deployer.aws.clients import client
from deployer.errors import (
    ArtifactInvalid,
    DeployerError,
    PackageTooLarge,
    TemplateInvalid,
    TemplateNotAllowed,
    TransformUnsupported,
)
from deployer.project.cdk import synthesis

if TYPE_CHECKING:
    from tests.stack_session import Session

    from deployer.aws.artifacts import Artifacts

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/deployer/deployed/Boundary"
CHILD = "c" * 64
TRUST: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
}
ROLE = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}}

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


class App:
    """What the build left for one session."""

    def __init__(self, artifacts: Artifacts, session: Session) -> None:
        self.artifacts, self.session = artifacts, session
        self.unit = synthesis("", "", ACCOUNT, client("s3").meta.region_name)

    def leave(self, texts: dict[str, str], *links: str) -> None:
        self.leave_body(_zip(texts, *links))

    def leave_body(self, body: bytes) -> None:
        unit_id = self.unit["id"]
        self.artifacts.put(build_key(self.session.id, f"{unit_id}.zip"), body)
        told = {"sha256": hashlib.sha256(body).hexdigest(), "sizeBytes": len(body), "tool": "cdk"}
        report: dict[str, Any] = {"error": None, "packages": {unit_id: told}, "warnings": [], "logTail": []}
        self.artifacts.put(build_key(self.session.id, "report.json"), json.dumps(report).encode())
        self.artifacts.put(source_key(self.session.id, "source.zip"), _zip({"cdk.json": "{}"}))
        self.found({})

    def found(self, built: dict[str, str]) -> None:
        """`built` are the packages of an earlier build."""
        found: dict[str, Any] = {"basePath": "template.yaml", "document": {}, "units": [self.unit]}
        found |= {"buildIdentity": "0" * 64, "built": built, "parameters": None}
        found |= {"settings": {"samconfig": {}, "tags": {}, "stack": {}}}
        self.artifacts.put(trusted_key(self.session.id, "project.json"), json.dumps(found).encode())

    def publish(self, **parameters: str) -> tuple[dict[str, Any], Any]:
        """The packaged template, and the state's answer."""
        give_parameters(self.session.id, parameters)
        event = self.session.event(
            request={"tags": {}}, source={"stackName": "shop"}, project={"needsBuild": True}
        )
        answer = publish_package.handler(event, None)
        return self.document(answer["templateKey"]), answer

    def document(self, key: str) -> Any:
        return json.loads(self.artifacts.get(key, 1_000_000))

    def nested(self, template: dict[str, Any], logical_id: str) -> Any:
        """The template of a nested stack."""
        url = template["Resources"][logical_id]["Properties"]["TemplateURL"]
        assert url.startswith("https://")
        return self.document(url.partition("/artifacts/")[2])


def _zip(texts: dict[str, str], *links: str) -> bytes:
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
        for name in links:
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            archive.writestr(info, "manifest.json")
    return body.getvalue()


@pytest.fixture
def app(artifacts: Artifacts, session: Session, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("PERMISSIONS_BOUNDARY_ARN", BOUNDARY)
    monkeypatch.setenv("OWN_API_ID", "a1b2c3d4e5")
    return App(artifacts, session)


def test_app_of_one_stack(app: App) -> None:
    """Its template is the stack's own, its code in our bucket under its hash, the CDK's own parts are gone."""
    app.leave(one_function())

    template, answer = app.publish()

    code = template["Resources"]["One"]["Properties"]["Code"]
    body = app.artifacts.get(code["S3Key"], 1_000_000)
    assert code["S3Bucket"] == app.artifacts.bucket
    assert code["S3Key"] == f"packages/{hashlib.sha256(body).hexdigest()}.zip"
    assert zipfile.ZipFile(io.BytesIO(body)).namelist() == ["index.js"]
    assert template.keys() == {"Resources"}
    assert answer["capabilities"] == []
    assert "uploaded 2 packages (" in app.session.messages[-1]


def test_second_time(app: App) -> None:
    """The same files give the same package, whatever hash the app gave them."""
    app.leave(one_function())
    first = app.publish()
    app.leave({path.replace(CODE, CHILD): text.replace(CODE, CHILD) for path, text in one_function().items()})

    assert app.publish() == first
    assert "reused 1 package" in app.session.messages[-1]


def test_commit_that_was_built_before(app: App) -> None:
    """Its cloud assembly is taken from there, and the same template comes out of it."""
    app.leave(one_function())
    first = app.publish()
    kept = json.loads(app.artifacts.get(f"builds/{'0' * 64}.json", 10_000))
    client("s3").delete_object(Bucket="artifacts", Key=build_key(app.session.id, "report.json"))
    app.found(kept["packages"])

    assert app.publish() == first
    assert app.session.messages[-1] == "reused 2 packages"


def _two(**templates: Any) -> dict[str, str]:
    """An app of stacks, the second of which needs the first."""
    names = list(templates)
    artifacts = {name: stack(f"{name}.json", *names[:number]) for number, name in enumerate(names)}
    return files({"manifest.json": manifest(**artifacts), **{f"{name}.json": templates[name] for name in names}})


def test_app_of_two_stacks(app: App) -> None:
    """They are nested in one, in their order; their roles are bounded."""
    app.leave(_two(Data={"Resources": {"B": BUCKET_RESOURCE}}, Api={"Resources": {"R": ROLE}}))

    template, answer = app.publish()

    assert template["Resources"]["Api"]["DependsOn"] == ["Data"]
    role = app.nested(template, "Api")["Resources"]["R"]["Properties"]
    assert role["PermissionsBoundary"] == BOUNDARY
    assert answer["capabilities"] == ["CAPABILITY_AUTO_EXPAND", "CAPABILITY_NAMED_IAM"]


def test_app_that_trusts_a_stranger(app: App) -> None:
    """Every template of an app is judged, and the one at fault is named."""
    statement = {**TRUST["Statement"], "Principal": {"AWS": "arn:aws:iam::999999999999:root"}}
    stranger = {**ROLE, "Properties": {"AssumeRolePolicyDocument": {**TRUST, "Statement": statement}}}
    app.leave(_two(Data={"Resources": {"B": BUCKET_RESOURCE}}, Api={"Resources": {"R": stranger}}))

    with pytest.raises(TemplateNotAllowed, match=r"Api\.json Resources\.R\.Properties\.AssumeRolePolicyDocument"):
        app.publish()


def _nesting(child: str) -> dict[str, str]:
    """An app whose stack nests one."""
    address = {"Fn::Sub": f"https://s3.${{AWS::Region}}.amazonaws.com/{BUCKET}/{CHILD}.json"}
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": address}}
    assets = {CODE: asset(f"asset.{CODE}", f"{CODE}.zip", "zip"), CHILD: asset("Child.json", f"{CHILD}.json")}
    return one_function() | files(
        {
            "Main.assets.json": {"files": assets},
            "Main.template.json": {"Resources": {"Child": nested}},
            "Child.json": child,
        }
    )


def test_nested_stack(app: App) -> None:
    """The template of a nested stack is packaged as its parent is."""
    app.leave(_nesting(one_function()["Main.template.json"]))

    template, _ = app.publish()

    code = app.nested(template, "Child")["Resources"]["One"]["Properties"]["Code"]
    assert code["S3Bucket"] == app.artifacts.bucket
    assert code["S3Key"].startswith("packages/")


def test_stack_that_nests_itself(app: App) -> None:
    """It is refused, not followed for ever."""
    main = _nesting("{}")["Main.template.json"]
    app.leave(_nesting(main))

    with pytest.raises(TemplateInvalid, match="nested more than"):
        app.publish()


def test_transform(app: App) -> None:
    """A macro is refused in an app's template as in any other."""
    app.leave(_two(Main={"Transform": "MyMacro", "Resources": {"B": BUCKET_RESOURCE}}))

    with pytest.raises(TransformUnsupported, match="MyMacro"):
        app.publish()


@pytest.mark.parametrize(
    "changed",
    [
        {"Main.template.json": None},
        {"Main.assets.json": None},
        {"manifest.json": None},
        {f"asset.{CODE}/index.js": None},
        {"Main.assets.json": json.dumps({"files": {CODE: asset("../../etc", f"{CODE}.zip", "zip")}})},
        {"Main.template.json": "[" * 100_000},
        {"Main.template.json": '{"Resources": {"a": {}}, "Parameters": 7}'},
        {"Main.template.json": '{"Resources": []}'},
        {"manifest.json": '{"artifacts": {"Main": {"type": "aws:cloudformation:stack"}}}'},
    ],
)
def test_assembly_that_is_not_whole(app: App, changed: dict[str, str | None]) -> None:
    """Whatever is missing from it, leads out of it or is none is an error of ours that says so."""
    texts = one_function() | changed
    app.leave({path: text for path, text in texts.items() if text is not None})

    with pytest.raises(DeployerError) as raised:
        app.publish()
    assert raised.value.code in {"ArtifactInvalid", "TemplateInvalid"}


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a\\b", "MANIFEST.JSON"])
def test_hostile_names(app: App, name: str) -> None:
    """A zip with names that lead out is not even looked into."""
    app.leave(one_function() | {name: ""})

    with pytest.raises(ArtifactInvalid):
        app.publish()
    assert client("s3").list_objects_v2(Bucket="artifacts", Prefix="packages/")["KeyCount"] == 0


def test_link(app: App) -> None:
    """An assembly holds files alone: a build turns links into what they point to."""
    app.leave(one_function(), f"asset.{CODE}/link")

    with pytest.raises(ArtifactInvalid, match="holds a link"):
        app.publish()


def test_body_that_is_no_zip(app: App) -> None:
    """It is refused."""
    app.leave_body(b"PK no")

    with pytest.raises(ArtifactInvalid, match="not a zip"):
        app.publish()


def test_manifest_that_is_huge(app: App) -> None:
    """A small zip can hold a large file: it is read up to a limit."""
    app.leave(one_function() | {"manifest.json": " " * (17 << 20)})

    with pytest.raises(PackageTooLarge, match=r"manifest\.json has more than"):
        app.publish()
