"""What a stranger's template may read of the account while it is deployed."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.judged import ACCOUNT, OTHER, SCOPE, allowing, found, one

MADE = {
    "Secret": {"Type": "AWS::SecretsManager::Secret"},
    "Parameter": {"Type": "AWS::SSM::Parameter", "Properties": {"Type": "String", "Value": "v"}},
    "Cluster": {"Type": "AWS::RDS::DBCluster"},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "prod-db"}},
    "Attached": {"Type": "AWS::SecretsManager::SecretTargetAttachment", "Properties": {"SecretId": "prod-db"}},
}


def _env(value: Any) -> dict[str, Any]:
    template = one("AWS::Lambda::Function", Environment={"Variables": {"V": value}})
    template["Resources"] |= MADE
    return template


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::Sub": "{{resolve:secretsmanager:${Secret}:SecretString:password}}"},
        {"Fn::Sub": "{{resolve:secretsmanager:${Secret.Id}}}"},
        {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, ":SecretString:user}}"]]},
        {"Fn::Sub": "{{resolve:secretsmanager:${Cluster.MasterUserSecret.SecretArn}:SecretString:password}}"},
        {"Fn::Sub": "{{resolve:ssm:${Parameter}:1}}"},
        "{{resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64}}",
        "{{ mustache }} and {resolve}",
    ],
)
def test_what_the_template_made(value: Any) -> None:
    """Its own secrets and parameters, and what AWS publishes, may be read."""
    assert found(_env(value)) == []


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{{resolve:secretsmanager:prod/db}}", "reads secretsmanager prod/db"),
        ("{{resolve:secretsmanager:prod/db:SecretString:password}}", "prod/db"),
        (f"{{{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:{OTHER}:secret:x}}}}", OTHER),
        ("{{resolve:ssm-secure:/prod/key:1}}", "reads ssm-secure /prod/key:1"),
        ("{{resolve:ssm:/prod/key}}", "reads ssm /prod/key"),
        ("user={{resolve:ssm:/aws/service/x}} {{resolve:ssm:/prod/key}}", "reads ssm /prod/key"),
        ("{{resolve:secretsmanager:/aws/service/x}}", "reads secretsmanager"),
        ({"Fn::Join": ["", ["{{res", "olve:ssm:/prod", "/key}}"]]}, "reads ssm /prod/key"),
        ({"Fn::Sub": ["{{resolve:${S}:/prod/key}}", {"S": "ssm"}]}, "reads ssm /prod/key"),
        ({"Fn::If": ["C", "x", {"Fn::Sub": "{{resolve:ssm:/${Given}}}"}]}, "reads ssm /prod"),
        ({"Ref": "Whole"}, "reads ssm /prod/key"),
        ({"Fn::FindInMap": ["M", "a", "b"]}, "reads ssm /mapped"),
        ({"Fn::Sub": "{{resolve:secretsmanager:${Topic.TopicName}}}"}, "${Topic.TopicName}"),
        ({"Fn::Sub": "{{resolve:secretsmanager:${Attached}}}"}, "${Attached}"),
        ({"Fn::Sub": "{{${Topic}:ssm:/x}}"}, "from what is not known beforehand"),
        ({"Fn::ImportValue": "shared-key"}, "imports shared-key"),
        ({"Fn::ImportValue": {"Fn::Sub": "${AWS::Region}-key"}}, "imports eu-west-1-key"),
        ({"Fn::Join": ["", ["a", {"Fn::ImportValue": "shared-key"}]]}, "imports shared-key"),
        ({"Fn::GetStackOutput": {"StackName": "network", "OutputName": "Id"}}, "imports network"),
    ],
)
def test_what_others_made(value: Any, told: str) -> None:
    """Nothing else is read, wherever and however the reference is put together."""
    template = _env(value) | {
        "Parameters": {"Given": {"Type": "String"}, "Whole": {"Type": "String"}},
        "Mappings": {"M": {"a": {"b": "{{resolve:ssm:/mapped}}"}}},
    }

    [first, *_] = found(template, Given="prod", Whole="{{resolve:ssm:/prod/key}}")

    assert told in first
    assert "AllowedReferencePrefixes" in first


@pytest.mark.parametrize("section", ["Outputs", "Resources"])
def test_places(section: str) -> None:
    """A reference in an output would show what it stands for to everybody."""
    template = one("AWS::SNS::Topic", DisplayName="{{resolve:ssm:/prod}}")
    if section == "Outputs":
        template = one("AWS::SNS::Topic") | {"Outputs": {"O": {"Value": "{{resolve:ssm:/prod}}"}}}

    [only] = found(template)

    assert only.startswith(f"template.yaml {section}.O")


@pytest.mark.parametrize(
    ("default", "values", "is_fine"),
    [
        ("/aws/service/canonical/ubuntu", {}, True),
        ("/prod/key", {}, False),
        ("/aws/service/x", {"Image": "/prod/key"}, False),
        ("/prod/key", {"Image": "/aws/service/x"}, True),
    ],
)
def test_parameters_in_parameter_store(default: str, values: dict[str, str], *, is_fine: bool) -> None:
    """CloudFormation looks the value up by the name: the one that is given, else the default."""
    template = one("AWS::SNS::Topic")
    template["Parameters"] = {"Image": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": default}}

    assert (found(template, SCOPE, **values) == []) is is_fine


def test_name_of_a_parameter_in_parameter_store() -> None:
    """A name alone reads nothing."""
    template = one("AWS::SNS::Topic")
    template["Parameters"] = {"Image": {"Type": "AWS::SSM::Parameter::Name", "Default": "/prod/key"}}

    assert found(template) == []


@pytest.mark.parametrize(
    "value",
    [
        "{{resolve:ssm:/shared/key}}",
        "{{resolve:secretsmanager:/shared/db:SecretString:password}}",
        f"{{{{resolve:secretsmanager:arn:aws:secretsmanager:eu-west-1:{ACCOUNT}:secret:/shared/db-A1}}}}",
        {"Fn::ImportValue": "/shared/vpc"},
    ],
)
def test_prefixes_that_the_owner_allows(value: Any) -> None:
    """AllowedReferencePrefixes is what names begin with, of this account and region."""
    assert found(_env(value), allowing(reference_prefixes=("/shared/",))) == []
    assert len(found(_env(value), allowing(reference_prefixes=("/other/",)))) == 1


def test_secret_parameters_are_not_told() -> None:
    """The message shows what is wrong without the value of a NoEcho parameter."""
    template = _env({"Fn::Sub": "{{resolve:ssm:/${Password}}}"})
    template["Parameters"] = {"Password": {"Type": "String", "NoEcho": "true"}}

    [only] = found(template, Password="hunter2")

    assert "reads ssm /****" in only
