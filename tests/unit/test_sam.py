"""SAM templates, expanded here: what comes out, and what is refused."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from deployer.errors import TemplateInvalid, TransformUnsupported
from deployer.template.sam import expand, with_boundary
from deployer.template.template import SAM_TRANSFORM

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::PendingDeprecationWarning")

logging.getLogger("samtranslator").setLevel(logging.CRITICAL)


def _template(**properties: Any) -> dict[str, Any]:
    given = {"CodeUri": "s3://b/k.zip", "Handler": "a.b", "Runtime": "python3.13", **properties}
    return {
        "Transform": SAM_TRANSFORM,
        "Resources": {"One": {"Type": "AWS::Serverless::Function", "Properties": given}},
    }


def test_function() -> None:
    """A SAM function becomes Lambda's own, with its role, and the transform is gone."""
    template = _template()

    expanded = expand(template, {}, "eu-west-1")

    assert "Transform" not in expanded
    assert {name: resource["Type"] for name, resource in expanded["Resources"].items()} == {
        "One": "AWS::Lambda::Function",
        "OneRole": "AWS::IAM::Role",
    }
    assert expanded["Resources"]["One"]["Properties"]["Code"] == {"S3Bucket": "b", "S3Key": "k.zip"}
    assert template == _template()


def test_managed_policy_by_name() -> None:
    """Names of AWS's policies are known without asking IAM."""
    expanded = expand(_template(Policies="AmazonS3ReadOnlyAccess"), {}, "eu-west-1")

    arns = expanded["Resources"]["OneRole"]["Properties"]["ManagedPolicyArns"]
    assert "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess" in arns


def test_region_of_another_partition() -> None:
    """ARNs are those of the region's partition."""
    expanded = expand(_template(), {}, "cn-north-1")

    assert "arn:aws-cn:iam" in json.dumps(expanded["Resources"]["OneRole"])


def test_parameters() -> None:
    """Given values and defaults are used where SAM resolves them; secrets and SSM parameters stay references."""
    template = _template(AutoPublishAlias={"Ref": "Alias"})
    template["Parameters"] = {
        "Alias": {"Type": "String", "Default": "live"},
        "Password": {"Type": "String", "NoEcho": "true", "Default": "hidden"},
        "Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/path"},
    }
    template["Resources"]["One"]["Properties"]["Environment"] = {"Variables": {"P": {"Ref": "Password"}}}

    by_default = expand(template, {}, "eu-west-1")
    by_request = expand(template, {"Alias": "blue", "Password": "12345"}, "eu-west-1")

    assert "OneAliaslive" in by_default["Resources"]
    assert "OneAliasblue" in by_request["Resources"]
    assert "12345" not in json.dumps(by_request)
    assert by_request["Parameters"] == template["Parameters"]


def test_several_mistakes() -> None:
    """Each resource that is wrong is named."""
    template = _template(Policies="x", Runtime=None)
    template["Resources"]["Two"] = {"Type": "AWS::Serverless::Function", "Properties": {"Handler": "a.b"}}
    template["Resources"]["Api"] = {"Type": "AWS::Serverless::Api", "Properties": {}}

    with pytest.raises(TemplateInvalid, match=r"\[Two\].*\[Api\]|\[Api\].*\[Two\]"):
        expand(template, {}, "eu-west-1")


@pytest.mark.parametrize("transform", ["AWS::Include", "MyMacro", {"Name": "AWS::SecretsManager-2020-07-23"}])
def test_other_transforms(transform: Any) -> None:
    """A transform that could do anything is refused by name, also within a list."""
    template = {**_template(), "Transform": [SAM_TRANSFORM, transform]}

    with pytest.raises(TransformUnsupported, match=r"Include|MyMacro|SecretsManager"):
        expand(template, {}, "eu-west-1")


def test_language_extensions() -> None:
    """They stay CloudFormation's to do: the transform stays, and so do the loops."""
    template = {**_template(), "Transform": ["AWS::LanguageExtensions", SAM_TRANSFORM]}
    loop = ["X", ["A", "B"], {"Topic${X}": {"Type": "AWS::SNS::Topic"}}]
    template["Resources"]["Fn::ForEach::Topics"] = loop

    expanded = expand(template, {}, "eu-west-1")

    assert expanded["Transform"] == "AWS::LanguageExtensions"
    assert expanded["Resources"]["Fn::ForEach::Topics"] == loop


def test_loop_of_functions() -> None:
    """A loop around SAM resources is refused: SAM would not see it."""
    template = {**_template(), "Transform": ["AWS::LanguageExtensions", SAM_TRANSFORM]}
    template["Resources"]["Fn::ForEach::All"] = ["X", ["A"], {"F${X}": template["Resources"]["One"]}]

    with pytest.raises(TransformUnsupported, match="ForEach::All"):
        expand(template, {}, "eu-west-1")


def test_plain_cloudformation() -> None:
    """A template that is not SAM comes back as it is."""
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}

    assert expand(template, {}, "eu-west-1") == template


@pytest.mark.parametrize(
    "resources", [None, [], {"One": None}, {"One": {"Type": "AWS::Serverless::Function", "Properties": []}}]
)
def test_shapes_that_are_none(resources: Any) -> None:
    """What the translator stumbles over is the template's fault, and said so."""
    with pytest.raises(TemplateInvalid):
        expand({"Transform": SAM_TRANSFORM, "Resources": resources}, {}, "eu-west-1")


BOUNDARY = "arn:aws:iam::123456789012:policy/deployer/deployed/Boundary"


def test_boundary() -> None:
    """Every role has our boundary: SAM's, the template's own, one in a loop, and one that brought another."""
    role = {"Type": "AWS::IAM::Role", "Properties": {"PermissionsBoundary": "arn:theirs"}}
    template = expand(_template(), {}, "eu-west-1")
    template["Resources"] |= {
        "Own": role,
        "Bare": {"Type": "AWS::IAM::Role"},
        "Fn::ForEach::R": ["X", ["A"], {"R${X}": role}],
    }

    bounded = with_boundary(template, BOUNDARY)

    assert json.dumps(bounded).count(f'"PermissionsBoundary": "{BOUNDARY}"') == 4
    assert "arn:theirs" not in json.dumps(bounded)


def test_property_called_type() -> None:
    """A property of that name may hold anything: a schema's is a map."""
    template = {"Resources": {"Model": {"Type": "AWS::ApiGateway::Model", "Properties": {"Schema": {"Type": {}}}}}}

    assert with_boundary(template, BOUNDARY) == template


def test_path_of_roles_and_managed_policies() -> None:
    """They come under the boundary's own path, whatever path they asked for: only there can they be passed."""
    kinds = ("AWS::IAM::Role", "AWS::IAM::ManagedPolicy")
    template = {"Resources": {kind[10:]: {"Type": kind, "Properties": {"Path": "/admin/"}} for kind in kinds}}

    bounded = with_boundary(template, BOUNDARY)

    assert [each["Properties"]["Path"] for each in bounded["Resources"].values()] == ["/deployer/deployed/"] * 2
