"""A synthesized template names our bucket and packages, and nothing of the CDK's bootstrap stack."""

from __future__ import annotations

from typing import Any

import pytest
from tests.assemblies import BUCKET, BUCKET_RESOURCE, CODE, FUNCTION

from deployer.assembly.addresses import named_assets, nested_assets, with_texts, without_bootstrap
from deployer.assembly.cloud_assembly import FileAsset
from deployer.errors import ProjectUnsupported

ZIP = FileAsset(path="asset.a", is_folder=True, bucket=BUCKET, key=f"{CODE}.zip")
CHILD = FileAsset(path="Child.nested.template.json", is_folder=False, bucket=BUCKET, key=f"{'b' * 64}.json")
TEXTS = {BUCKET: "artifacts", ZIP.key: "packages/1.zip"}


def test_code_of_a_function() -> None:
    """Bucket and key are ours, and plain texts."""
    template = with_texts({"Resources": {"One": FUNCTION}}, TEXTS)

    assert template["Resources"]["One"]["Properties"]["Code"] == {
        "S3Bucket": "artifacts",
        "S3Key": "packages/1.zip",
    }


@pytest.mark.parametrize(
    ("value", "rewritten"),
    [
        ({"Fn::Sub": f"s3://{BUCKET}/{ZIP.key}"}, "s3://artifacts/packages/1.zip"),
        (
            {"Fn::Sub": f"arn:${{AWS::Partition}}:s3:::{BUCKET}/*"},
            {"Fn::Sub": "arn:${AWS::Partition}:s3:::artifacts/*"},
        ),
        (
            {"Fn::Join": ["", ["arn:aws:s3:::", {"Fn::Sub": BUCKET}, "/*"]]},
            {"Fn::Join": ["", ["arn:aws:s3:::", "artifacts", "/*"]]},
        ),
        ([ZIP.key, 7, None, True], ["packages/1.zip", 7, None, True]),
        ({"Fn::Sub": "plain"}, {"Fn::Sub": "plain"}),
        ({"Fn::Sub": [BUCKET, {}]}, {"Fn::Sub": ["artifacts", {}]}),
    ],
)
def test_texts_anywhere(value: Any, rewritten: Any) -> None:
    """Addresses in policies, environments and custom resources are ours too."""
    assert with_texts({"Properties": {"X": value}}, TEXTS)["Properties"]["X"] == rewritten


def test_bucket_that_is_written_out() -> None:
    """A stack for one account and region names the bucket without a substitution."""
    template = {"S3Bucket": "cdk-hnb659fds-assets-123456789012-eu-west-1"}

    assert with_texts(template, {template["S3Bucket"]: "artifacts"}) == {"S3Bucket": "artifacts"}


def test_bootstrap() -> None:
    """Parameter, rule, metadata and condition of the CDK's own go; those of the app stay."""
    template = {
        "Resources": {"B": BUCKET_RESOURCE, "CDKMetadata": {"Type": "AWS::CDK::Metadata"}},
        "Parameters": {
            "BootstrapVersion": {"Type": "AWS::SSM::Parameter::Value<String>"},
            "Own": {"Type": "String"},
        },
        "Rules": {"CheckBootstrapVersion": {"Assertions": []}},
        "Conditions": {"CDKMetadataAvailable": {"Fn::Equals": ["a", "b"]}},
    }

    assert without_bootstrap(template, "T") == {
        "Resources": {"B": BUCKET_RESOURCE},
        "Parameters": {"Own": {"Type": "String"}},
    }


def test_app_of_cdk_1() -> None:
    """Its files come by parameters, which nobody would give."""
    template = {"Resources": {"B": BUCKET_RESOURCE}, "Parameters": {f"AssetParameters{CODE}S3Bucket": {}}}

    with pytest.raises(ProjectUnsupported, match="T hands its files over by parameters"):
        without_bootstrap(template, "T")


def test_nested_stack() -> None:
    """It is known by the key in its address, however that is put together."""
    address = {"Fn::Join": ["", ["https://s3.amazonaws.com/", {"Fn::Sub": BUCKET}, f"/{CHILD.key}"]]}
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": address}}
    other = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "https://elsewhere/t.json"}}

    assert nested_assets({"Resources": {"A": nested, "B": other}}, [ZIP, CHILD]) == {"A": CHILD}


def test_named_assets() -> None:
    """Only what a template names is published for it."""
    assert named_assets({"Resources": {"One": FUNCTION}}, [CHILD, ZIP]) == [ZIP]
