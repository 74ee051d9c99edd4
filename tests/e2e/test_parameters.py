"""A repository whose template has parameters that nobody gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.repositories import BareRepository

if TYPE_CHECKING:
    from local.client import Client
    from local.laptop import Laptop

TEMPLATE = """
Parameters:
  Vpc: {Type: "AWS::EC2::VPC::Id"}
  Stage: {Type: String, AllowedValues: [test, prod]}
  BucketName: {Type: String}
  Color: {Type: String}
  Size: {Type: Number, Default: 7}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {BucketName: !Ref BucketName}
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {Type: String, Value: !Sub "${Stage} ${Vpc} ${Color} ${Size}"}
Outputs:
  Bucket: {Value: !Ref Bucket}
"""
SAMCONFIG = """
[default.deploy.parameters]
stack_name = "mine"
parameter_overrides = "Color=blue"
"""


def test_parameters_without_a_human(client: Client, running: Laptop) -> None:
    """Each has a value and its source; deployed again, they stay; what nobody can know is asked for."""
    files: dict[str, str | bytes] = {"template.yaml": TEMPLATE, "samconfig.toml": SAMCONFIG}
    repository = BareRepository.create(running.repositories, "parameters/several")
    repository.commit(files)

    first = client.settle(client.deploy("parameters/several", stackName="several")["sessionId"])
    again = client.settle(client.deploy("parameters/several", stackName="several", mode="plan")["sessionId"])
    repository.commit({"template.yaml": TEMPLATE})
    asked = client.settle(client.deploy("parameters/several")["sessionId"])

    assert first["status"] == "success", first["error"]
    values = {each["name"]: (each["value"], each["source"]) for each in first["parameters"]}
    assert values["Stage"] == ("test", "workedOut")
    assert values["Color"] == ("blue", "samconfig")
    assert values["Size"] == ("7", "default")
    assert values["Vpc"][0].startswith("vpc-")
    assert values["BucketName"] == (first["deployedResources"]["outputs"]["Bucket"], "workedOut")
    assert again["changes"] == [], again["changes"]
    assert {each["source"] for each in again["parameters"]} == {"stack", "samconfig"}
    assert asked["error"]["code"] == "ParametersMissing"
    assert "Color (String)" in asked["error"]["message"]
    client.settle(client.remove(first["sessionId"])["sessionId"])
