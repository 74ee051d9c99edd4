"""A small project for each property that may hold a local path: the template then names what is in the bucket."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from typing import TYPE_CHECKING, Any, Final

import pytest

import publish_package
from deployer.aws.artifacts import source_key, trusted_key
from deployer.packaging.archive import Entry, write_zip
from deployer.packaging.template_paths import PROPERTIES
from deployer.template.template import SAM_TRANSFORM

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.stack_session import Session

    from deployer.aws.artifacts import Artifacts

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
logging.getLogger("samtranslator").setLevel(logging.CRITICAL)

API: Final = '{"openapi": "3.0.1", "info": {"title": "t", "version": "1"}, "paths": {}}'
MACHINE: Final = '{"StartAt": "Go", "States": {"Go": {"Type": "Task", "Resource": "${Arn}", "End": true}}}'
FILES: Final = {
    "src/app.py": "pass",
    "api.json": API,
    "machine.asl.json": MACHINE,
    "schema.graphql": "type Query { a: String }",
    "code.js": "export function request() {}",
    "map.vtl": "{}",
    "script.py": "print()",
    "child.json": '{"Resources":{"Q":{"Type":"AWS::SQS::Queue"}}}',
}
ROLE: Final = {"Fn::GetAtt": ["Role", "Arn"]}
HANDLED: Final = {"Handler": "app.handler", "Runtime": "python3.13"}
WEB: Final = {"Runtime": "python3.13", "EntryPoint": "app.py", "AuthType": "IamAuth"}
GRAPH: Final = {"Auth": {"Type": "AWS_IAM"}}
RESOLVED: Final = {"Runtime": {"Name": "APPSYNC_JS", "Version": "1.0.0"}}
# Type, property, the path that it holds, and what else the resource needs.
CASES: Final[list[tuple[str, str, str, dict[str, Any]]]] = [
    ("AWS::ApiGateway::RestApi", "BodyS3Location", "api.json", {}),
    ("AWS::ApiGatewayV2::Api", "BodyS3Location", "api.json", {}),
    ("AWS::AppSync::FunctionConfiguration", "RequestMappingTemplateS3Location", "map.vtl", {}),
    ("AWS::AppSync::FunctionConfiguration", "ResponseMappingTemplateS3Location", "map.vtl", {}),
    ("AWS::AppSync::FunctionConfiguration", "CodeS3Location", "code.js", {}),
    ("AWS::AppSync::GraphQLSchema", "DefinitionS3Location", "schema.graphql", {}),
    ("AWS::AppSync::Resolver", "RequestMappingTemplateS3Location", "map.vtl", {}),
    ("AWS::AppSync::Resolver", "ResponseMappingTemplateS3Location", "map.vtl", {}),
    ("AWS::AppSync::Resolver", "CodeS3Location", "code.js", {}),
    ("AWS::CloudFormation::ModuleVersion", "ModulePackage", "src", {}),
    ("AWS::CloudFormation::ResourceVersion", "SchemaHandlerPackage", "src", {}),
    ("AWS::CloudFormation::Stack", "TemplateURL", "child.json", {}),
    ("AWS::CloudFormation::StackSet", "TemplateURL", "child.json", {}),
    ("AWS::CodeCommit::Repository", "Code.S3", "src", {}),
    ("AWS::ElasticBeanstalk::ApplicationVersion", "SourceBundle", "src", {}),
    ("AWS::Glue::Job", "Command.ScriptLocation", "script.py", {}),
    ("AWS::Lambda::Function", "Code", "src", HANDLED),
    ("AWS::Lambda::LayerVersion", "Content", "src", {}),
    ("AWS::Serverless::Api", "DefinitionUri", "api.json", {"StageName": "v1"}),
    ("AWS::Serverless::Application", "Location", "child.json", {}),
    ("AWS::Serverless::Function", "CodeUri", "src", HANDLED),
    ("AWS::Serverless::GraphQLApi", "SchemaUri", "schema.graphql", GRAPH),
    (
        "AWS::Serverless::GraphQLApi",
        "Functions.*.CodeUri",
        "code.js",
        {
            **GRAPH,
            "SchemaInline": "type Query { a: String }",
            "Functions": {"*": {**RESOLVED, "DataSource": "NONE"}},
        },
    ),
    (
        "AWS::Serverless::GraphQLApi",
        "Resolvers.*.*.CodeUri",
        "code.js",
        {
            **GRAPH,
            "SchemaInline": "type Query { a: String }",
            "Functions": {"*": {**RESOLVED, "DataSource": "NONE", "InlineCode": "x"}},
            "Resolvers": {"*": {"*": {**RESOLVED, "Pipeline": ["*"]}}},
        },
    ),
    ("AWS::Serverless::HttpApi", "DefinitionUri", "api.json", {}),
    ("AWS::Serverless::LayerVersion", "ContentUri", "src", {}),
    (
        "AWS::Serverless::StateMachine",
        "DefinitionUri",
        "machine.asl.json",
        {"DefinitionSubstitutions": {"Arn": "a"}},
    ),
    ("AWS::Serverless::WebFunction", "CodeUri", "src", WEB),
    (
        "AWS::StepFunctions::StateMachine",
        "DefinitionS3Location",
        "machine.asl.json",
        {"DefinitionSubstitutions": {"Arn": "a"}, "RoleArn": ROLE},
    ),
]


@pytest.mark.parametrize(("resource_type", "path", "value", "more"), CASES)
def test_property(
    artifacts: Artifacts,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    resource_type: str,
    path: str,
    value: str,
    more: dict[str, Any],
) -> None:
    """What CloudFormation is given names an object with the file as it is, or with the folder in a zip."""
    document = _document(resource_type, path, value, more)

    template = _published(document, artifacts, session, tmp_path, monkeypatch)

    [key] = set(_keys(template, artifacts))
    body = artifacts.get(key, 1_000_000)
    if value == "src":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            assert archive.read("app.py") == b"pass"
    else:
        assert body.decode() == FILES[value]
    assert json.dumps(more.get("DefinitionSubstitutions", {}))[1:-1] in json.dumps(template)


def test_cases() -> None:
    """Every row of the table has its project."""
    rows = {(kind, rule.path) for kind, rules in PROPERTIES.items() for rule in rules}

    assert {(kind, path) for kind, path, _, _ in CASES} == rows


def _document(resource_type: str, path: str, value: str, more: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = json.loads(json.dumps(more).replace('"*"', '"one"'))
    place = properties
    *above, last = path.replace("*", "one").split(".")
    for name in above:
        place = place.setdefault(name, {})
    place[last] = value
    sam = {"Transform": SAM_TRANSFORM} if resource_type.startswith("AWS::Serverless") else {}
    return {**sam, "Resources": {"It": {"Type": resource_type, "Properties": properties}}}


def _published(
    document: dict[str, Any],
    artifacts: Artifacts,
    session: Session,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Any]:
    """The packaged template of a project whose owner allows every type."""
    monkeypatch.setenv("PERMISSIONS_BOUNDARY_ARN", "arn:aws:iam::123456789012:policy/deployer/deployed/Boundary")
    monkeypatch.setenv("OWN_API_ID", "a1b2c3d4e5")
    monkeypatch.setenv("ALLOWED_RESOURCE_TYPES", "*")
    write_zip(folder / "source.zip", [Entry.of_bytes(name, text.encode()) for name, text in FILES.items()])
    artifacts.put(source_key(session.id, "source.zip"), (folder / "source.zip").read_bytes())
    found: dict[str, Any] = {
        "basePath": "template.yaml",
        "document": document,
        "units": [],
        "parameters": None,
        "settings": {"samconfig": {}, "tags": {}, "stack": {}},
        "buildIdentity": "1" * 64,
        "built": {},
    }
    artifacts.put(trusted_key(session.id, "project.json"), json.dumps(found).encode())
    answer = publish_package.handler(session.event(request={"tags": {}}, source={"stackName": "shop"}), None)
    return dict(json.loads(artifacts.get(answer["templateKey"], 1_000_000)))


def _keys(node: Any, artifacts: Artifacts) -> Iterator[str]:
    """Of every object that the template names, in whichever form."""
    if isinstance(node, list):
        for child in node:
            yield from _keys(child, artifacts)
    elif isinstance(node, dict):
        key = node.get("S3Key", node.get("Key"))
        if isinstance(key, str) and key.startswith("packages/"):
            assert node.get("S3Bucket", node.get("Bucket")) == artifacts.bucket
            yield key
        for child in node.values():
            yield from _keys(child, artifacts)
    elif isinstance(node, str):
        for start in (f"s3://{artifacts.bucket}/", artifacts.url("")):
            if node.startswith(start):
                yield node.removeprefix(start)
