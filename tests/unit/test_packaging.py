"""Local paths in a template: which are found, what they mean, and what stands there afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.errors import PathUnsafe, RuntimeUnsupported
from deployer.packaging.definition import as_json
from deployer.packaging.local_path import Content, S3Object, normalized
from deployer.packaging.template_paths import include, local_paths, point_at

OBJECT = S3Object(bucket="b", key="packages/1.zip", url="https://s3/b/packages/1.zip")
URI = "s3://b/packages/1.zip"


def _template(resource_type: str, properties: dict[str, Any], **sections: Any) -> dict[str, Any]:
    return {"Resources": {"It": {"Type": resource_type, "Properties": properties}}, **sections}


def _nested(path: str, value: Any) -> dict[str, Any]:
    first, _, rest = path.partition(".")
    return {first: _nested(rest, value) if rest else value}


@pytest.mark.parametrize(
    ("resource_type", "path", "expected"),
    [
        ("AWS::Serverless::Function", "CodeUri", URI),
        ("AWS::Lambda::Function", "Code", {"S3Bucket": "b", "S3Key": "packages/1.zip"}),
        ("AWS::Serverless::LayerVersion", "ContentUri", URI),
        ("AWS::Lambda::LayerVersion", "Content", {"S3Bucket": "b", "S3Key": "packages/1.zip"}),
        ("AWS::Serverless::StateMachine", "DefinitionUri", URI),
        ("AWS::StepFunctions::StateMachine", "DefinitionS3Location", {"Bucket": "b", "Key": "packages/1.zip"}),
        ("AWS::Serverless::Api", "DefinitionUri", URI),
        ("AWS::Serverless::HttpApi", "DefinitionUri", URI),
        ("AWS::ApiGateway::RestApi", "BodyS3Location", {"Bucket": "b", "Key": "packages/1.zip"}),
        ("AWS::ApiGatewayV2::Api", "BodyS3Location", {"Bucket": "b", "Key": "packages/1.zip"}),
        ("AWS::AppSync::GraphQLSchema", "DefinitionS3Location", URI),
        ("AWS::AppSync::Resolver", "CodeS3Location", URI),
        ("AWS::Serverless::GraphQLApi", "SchemaUri", URI),
        ("AWS::Serverless::GraphQLApi", "Functions.one.CodeUri", URI),
        ("AWS::Serverless::GraphQLApi", "Resolvers.Query.posts.CodeUri", URI),
        ("AWS::CloudFormation::Stack", "TemplateURL", "https://s3/b/packages/1.zip"),
        ("AWS::Serverless::Application", "Location", "https://s3/b/packages/1.zip"),
        ("AWS::Glue::Job", "Command.ScriptLocation", URI),
        (
            "AWS::ElasticBeanstalk::ApplicationVersion",
            "SourceBundle",
            {"S3Bucket": "b", "S3Key": "packages/1.zip"},
        ),
        ("AWS::CodeCommit::Repository", "Code.S3", {"Bucket": "b", "Key": "packages/1.zip"}),
    ],
)
def test_every_property_with_a_path(resource_type: str, path: str, expected: Any) -> None:
    """Each property that `aws cloudformation package` knows is found, and gets the address in its own form."""
    template = _template(resource_type, _nested(path, "./src"))

    [found] = local_paths(template, "app/template.yaml")
    pointed = point_at(template, {found: OBJECT})

    assert found.path == "app/src"
    assert pointed["Resources"]["It"]["Properties"] == _nested(path, expected)
    assert template["Resources"]["It"]["Properties"] == _nested(path, "./src")
    assert local_paths(pointed, "app/template.yaml") == []


@pytest.mark.parametrize(
    "value", ["s3://b/k", "https://h/x", "http://h/x", {"Bucket": "b"}, {"Fn::Sub": "x"}, None]
)
def test_values_that_are_no_paths(value: Any) -> None:
    """Addresses and intrinsic functions stay as they are."""
    assert local_paths(_template("AWS::Lambda::Function", {"Code": value}), "t.yaml") == []


def test_function_without_code() -> None:
    """As with `sam package`, its code is the template's own folder."""
    [found] = local_paths(_template("AWS::Serverless::Function", {"Handler": "a.b"}), "deep/app/t.yaml")

    assert (found.path, found.content) == ("deep/app", Content.ZIP)


def test_function_with_code_in_the_template() -> None:
    """InlineCode needs no package."""
    assert local_paths(_template("AWS::Serverless::Function", {"InlineCode": "pass"}), "t.yaml") == []


def test_code_from_globals() -> None:
    """A function takes Globals' CodeUri unless it has its own; no local path stays in Globals."""
    template = {
        "Globals": {"Function": {"CodeUri": "shared/", "Timeout": 3}},
        "Resources": {
            "One": {"Type": "AWS::Serverless::Function"},
            "Two": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "two"}},
        },
    }

    found = local_paths(template, "t.yaml")
    pointed = point_at(template, dict.fromkeys(found, OBJECT))

    assert [path.path for path in found] == ["shared", "two"]
    assert pointed["Globals"] == {"Function": {"Timeout": 3}}
    assert pointed["Resources"]["One"]["Properties"] == {"CodeUri": URI}


def test_image_that_would_have_to_be_built() -> None:
    """It is refused, with the way out."""
    template = _template("AWS::Serverless::Function", {"PackageType": "Image"})

    with pytest.raises(RuntimeUnsupported, match=r"It is a container image.*ImageUri"):
        local_paths(template, "t.yaml")


def test_image_in_a_registry() -> None:
    """It needs no package."""
    image = "1.dkr.ecr.eu-west-1.amazonaws.com/x:1"
    template = _template("AWS::Serverless::Function", {"PackageType": "Image", "ImageUri": image})

    assert local_paths(template, "t.yaml") == []


def test_include() -> None:
    """AWS::Include is resolved here: what it names stands beside the other keys of the map around it."""
    body = {"openapi": "3", "Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "api.yaml"}}}
    template = _template("AWS::Serverless::Api", {"DefinitionBody": body})

    [found] = local_paths(template, "app/t.yaml")
    included = include(template, {found: {"paths": {}}})

    assert (found.path, found.content, found.logical_id) == ("app/api.yaml", Content.INCLUDE, "It")
    assert included["Resources"]["It"]["Properties"]["DefinitionBody"] == {"openapi": "3", "paths": {}}


@pytest.mark.parametrize(
    "value",
    [
        "../../etc",
        "/etc/passwd",
        "file:///etc",
        "a\\..\\b",
        "C:\\x",
        "a/../../..",
        "a\0b",
        "a\nb",
        ".git",
        "x/.GIT/y",
    ],
)
def test_path_that_leads_out(value: str) -> None:
    """A path out of the repository is refused, by the name of the property that holds it."""
    with pytest.raises(PathUnsafe, match=r"Resources\.It\.Properties\.CodeUri"):
        local_paths(_template("AWS::Serverless::Function", {"CodeUri": value}), "app/template.yaml")


def test_path_beside_the_project() -> None:
    """A path may leave the template's folder, as long as it stays in the repository."""
    [found] = local_paths(_template("AWS::Serverless::Function", {"CodeUri": "../shared/"}), "app/template.yaml")

    assert found.path == "shared"


@given(value=st.text(alphabet="ab./\\:~ \0%", max_size=30))
def test_any_path(value: str) -> None:
    """Whatever is accepted is relative, normalized, and inside."""
    try:
        path = normalized(value, "one/template.yaml", "P")
    except PathUnsafe:
        return
    assert not path.startswith("/")
    assert not {"..", ".", ".git"} & set(path.split("/"))


@given(
    document=st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda node: (
            st.lists(node, max_size=3)
            | st.dictionaries(
                st.sampled_from(["Resources", "Globals", "Type", "Properties", "F"]), node, max_size=4
            )
        ),
    )
)
def test_any_document(document: Any) -> None:
    """A document of any shape is looked through without a crash."""
    assert local_paths({"Resources": document, "Globals": document}, "t.yaml") == []


def test_yaml_definition() -> None:
    """A state machine written in YAML becomes JSON; written in JSON it stays, valid or not."""
    assert as_json("StartAt: A\nStates: {}\n", "m.asl.yaml") == '{"StartAt": "A", "States": {}}'
    assert as_json('{"TimeoutSeconds": ${T}}', "m.asl.json") == '{"TimeoutSeconds": ${T}}'


def test_yaml_definition_with_a_substituted_number() -> None:
    """It stays YAML: as a JSON text it would no longer be a number."""
    text = "StartAt: A\nStates: {A: {Type: Wait, Seconds: '${Pause}', End: true}}\n"

    assert as_json(text, "m.asl.yaml") == text
