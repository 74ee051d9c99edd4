"""Templates with an oddity in the place of anything: read, expanded and judged, or told as wrong."""

from __future__ import annotations

import copy
import json
import logging
from typing import TYPE_CHECKING, Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.judged import BOUNDARY, SCOPE

from deployer.errors import DeployerError
from deployer.packaging.known_values import with_given
from deployer.packaging.local_path import S3Object
from deployer.packaging.template_paths import local_paths, point_at
from deployer.policy.judge import Family, Packaged, findings
from deployer.project.project import detect
from deployer.project.sources import units_of, warnings_of
from deployer.project.survey import survey
from deployer.template.capabilities import capabilities
from deployer.template.chosen import choose
from deployer.template.limits import check_early, check_limits
from deployer.template.made_names import StackPlace
from deployer.template.parameters import without_constraints
from deployer.template.sam import expand, with_boundary
from deployer.template.settled import known_values
from deployer.template.shape import check_shape
from deployer.template.template import dump

if TYPE_CHECKING:
    from collections.abc import Iterator

    from deployer.worker import Manifest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
logging.getLogger("samtranslator").setLevel(logging.CRITICAL)

NAME: Final = "template.json"
FILES: Final = dict.fromkeys((NAME, "src/app.py", "nested.yaml", "machine.asl.json"), "100644")
PLACE: Final = StackPlace(stack_name="shop", account_id="1" * 12, region="eu-west-1")
TRUST: Final = {"Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}}]}
HONEST: Final[dict[str, Any]] = {
    "Transform": ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"],
    "Globals": {"Function": {"Runtime": "python3.13", "Environment": {"Variables": {"A": "b"}}}},
    "Parameters": {"Stage": {"Type": "String", "Default": "dev", "AllowedValues": ["dev"]}},
    "Mappings": {"Names": {"dev": {"table": "orders"}}},
    "Conditions": {"IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]}},
    "Resources": {
        "One": {
            "Type": "AWS::Serverless::Function",
            "Condition": "IsDev",
            "Properties": {
                "CodeUri": "src/",
                "Handler": "app.handler",
                "Policies": [{"DynamoDBCrudPolicy": {"TableName": {"Ref": "Table"}}}, "AmazonS3ReadOnlyAccess"],
                "Events": {"Get": {"Type": "Api", "Properties": {"Path": "/x", "Method": "get"}}},
                "Environment": {"Variables": {"TABLE": {"Fn::Sub": "${Table}-${Stage}"}}},
            },
        },
        "Table": {
            "Type": "AWS::DynamoDB::Table",
            "Properties": {"TableName": {"Fn::FindInMap": ["Names", {"Ref": "Stage"}, "table"]}},
        },
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Machine": {"Type": "AWS::Serverless::StateMachine", "Properties": {"DefinitionUri": "machine.asl.json"}},
        "Child": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "nested.yaml"}},
        "Seed": {"Type": "Custom::Seed", "Properties": {"ServiceToken": {"Fn::GetAtt": ["One", "Arn"]}}},
        "Fn::ForEach::Loop": ["Id", ["a"], {"Bucket${Id}": {"Type": "AWS::S3::Bucket", "Properties": {}}}],
    },
    "Outputs": {"Out": {"Value": {"Fn::If": ["IsDev", {"Ref": "Table"}, {"Ref": "AWS::NoValue"}]}}},
}
ODD: Final[list[Any]] = [
    *(None, True, 0, -1, 1e308, 10**30, "", "x", "${", "${x}", "a" * 2000, "\u202e", "{{resolve:ssm:/a}}"),
    *([], {}, [[]], [None], {"": None}, {"Ref": None}, {"Ref": ["a"]}, {"Ref": {"Ref": "One"}}),
    *({"Fn::Sub": 1}, {"Fn::Sub": ["${a}", None]}, {"Fn::GetAtt": "a.b"}, {"Fn::GetAtt": [1, 2]}),
    *({"Ref": "Nothing"}, {"Fn::If": ["IsDev"]}, "s3://b/k", {"Fn::Join": ["", None]}),
    *({"Fn::Select": ["9", ["a"]]}, {"Fn::Split": [",", {"Ref": "Stage"}]}),
    *({"Fn::FindInMap": ["Names", "a"]}, {"Fn::Transform": None}, {"Fn::ForEach::X": ["a", None, {}]}),
    *({"Fn::ImportValue": {"Fn::Sub": "${Stage}"}}, {"Condition": "IsDev"}, {"Ref": "One", "A": "b"}),
    *("AWS::Serverless::Function", "AWS::IAM::Role", "AWS::Serverless::Api", "Custom::Y"),
]  # fmt: skip


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*at, key)
        yield from places(child, (*at, key))


PLACES: Final = list(places(HONEST))


def changed(place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(HONEST)
    node: Any = document
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = copy.deepcopy(value)
    return document


def deployed_as(document: dict[str, Any]) -> list[str]:
    """The capabilities of what would be deployed: each step from the clone to the upload, one after the other."""
    manifest: Manifest = {
        "commit": "a" * 40,
        "files": FILES,
        "texts": {NAME: json.dumps(document)},
        "oversized": [],
        "findings": [],
    }
    project = detect(manifest, "", NAME)
    survey(manifest, "", project)
    check_shape(project.document)
    check_early(project.document)
    values, _ = choose(project.document, {}, {"samconfig": {}, "tags": {}, "stack": {}}, PLACE)
    known = known_values(values)
    units_of(project.document, NAME, manifest, known)
    warnings_of(project.document, NAME, manifest, known)
    paths = local_paths(with_given(project.document, known), NAME)
    address = S3Object(bucket="b", key="packages/k", url="https://b/k")
    pointed = point_at(project.document, dict.fromkeys(paths, address))
    packaged = without_constraints(with_boundary(expand(pointed, known, "eu-west-1"), BOUNDARY), known)
    check_limits(packaged, len(dump(packaged)))
    findings(Family(parent=Packaged(path=NAME, template=packaged)), known, SCOPE)
    return capabilities(packaged)


def test_honest_template() -> None:
    """What is changed below is deployed as it is."""
    assert deployed_as(HONEST)


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_template_with_something_odd(place: tuple[Any, ...], value: Any) -> None:
    """It is deployed, or refused by one of our errors."""
    try:
        deployed_as(changed(place, value))
    except DeployerError:
        return
