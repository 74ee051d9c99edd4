"""deployer.template.worked_out: which values follow from the template, and which never do."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deployer.template.chosen import choose
from deployer.template.made_names import StackPlace
from deployer.template.network_values import Network
from deployer.template.worked_out import wants_network, work_out

PLACE = StackPlace(stack_name="shop-91c52759", account_id="123456789012", region="eu-west-1")
NETWORK = Network(
    vpc_id="vpc-1",
    subnets=("subnet-1", "subnet-2", "subnet-3", "subnet-4"),
    security_group="sg-1",
    zones=("eu-west-1a", "eu-west-1b"),
    zone_ids=("euw1-az3", "euw1-az1"),
)


def made(
    parameters: dict[str, Any],
    resources: dict[str, Any] | None = None,
    known: dict[str, str] | None = None,
    network: Network = NETWORK,
) -> dict[str, str]:
    """The values that are worked out for every parameter without a default."""
    template = {"Parameters": parameters, "Resources": resources or {"Any": {"Properties": _refs(parameters)}}}
    missing = [name for name, each in parameters.items() if "Default" not in each and name not in (known or {})]
    return {name: each.value for name, each in work_out(template, missing, known or {}, PLACE, network).items()}


def _refs(names: Any) -> dict[str, Any]:
    """Each is used somewhere that says nothing."""
    return {"Environment": [{"Ref": name} for name in names]}


def of_type(kind: str, **more: Any) -> dict[str, Any]:
    return {"P": {"Type": kind, **more}}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("AWS::EC2::VPC::Id", "vpc-1"),
        ("AWS::EC2::Subnet::Id", "subnet-1"),
        ("List<AWS::EC2::Subnet::Id>", "subnet-1,subnet-2,subnet-3"),
        ("AWS::EC2::SecurityGroup::Id", "sg-1"),
        ("List<AWS::EC2::SecurityGroup::Id>", "sg-1"),
        ("AWS::EC2::AvailabilityZone::Name", "eu-west-1a"),
        ("List<AWS::EC2::AvailabilityZone::Name>", "eu-west-1a,eu-west-1b"),
        (
            "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
            "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        ),
    ],
)
def test_types(kind: str, value: str) -> None:
    """A type that says what is meant gets what the account has by default."""
    assert made(of_type(kind)) == {"P": value}


def test_several_subnets() -> None:
    """Each parameter gets a subnet of its own, as long as there are some; zones go the same way."""
    names = [f"Subnet{number}" for number in range(1, 6)]

    found = made({name: {"Type": "AWS::EC2::Subnet::Id"} for name in names})

    assert found == {f"Subnet{number}": f"subnet-{number}" for number in range(1, 5)}


@pytest.mark.parametrize("declared", ["String", "AWS::EC2::AvailabilityZone::Name"])
def test_zones_by_name(declared: str) -> None:
    """A text that its name or its place says to be a zone is one; the id is that of the same zone."""
    parameters = {"AvailabilityZoneName": {"Type": declared}, "AvailabilityZoneId": {"Type": "String"}}
    parameters |= {"Where": {"Type": "String"}}
    volume = {"Type": "AWS::EC2::Volume", "Properties": {"AvailabilityZone": {"Ref": "Where"}}}
    names = {"Names": _refs(["AvailabilityZoneName", "AvailabilityZoneId"])}
    bucket = {"Type": "AWS::S3Express::DirectoryBucket", "Properties": names}

    found = made(parameters, {"V": volume, "B": bucket})

    zones = {"AvailabilityZoneName": "eu-west-1a", "Where": "eu-west-1b", "AvailabilityZoneId": "euw1-az3"}
    assert found == zones


def test_text_that_is_an_id() -> None:
    """A String that the template puts only where an id goes is one; one that goes elsewhere too is not."""
    parameters = {name: {"Type": "String"} for name in ("Vpc", "One", "Two", "Mixed", "Joined")}
    parameters["All"] = {"Type": "CommaDelimitedList"}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": {"VpcId": {"Ref": "Vpc"}}}
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {
            "VpcConfig": {"SubnetIds": [{"Ref": "One"}, {"Fn::Sub": "${Two}"}, {"Ref": "Mixed"}]},
            "Environment": {"Variables": {"SUBNET": {"Ref": "Mixed"}}},
        },
    }
    balancer = {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": {"Subnets": {"Ref": "All"}}}
    joined = {"Type": "AWS::EC2::Route", "Properties": {"VpcId": {"Fn::Join": ["-", ["vpc", {"Ref": "Joined"}]]}}}

    found = made(parameters, {"G": group, "F": function, "B": balancer, "J": joined})

    assert found == {
        "Vpc": "vpc-1",
        "One": "subnet-1",
        "Two": "subnet-2",
        "All": "subnet-1,subnet-2,subnet-3",
    }


def test_network_that_was_given() -> None:
    """Where another VPC was named, nothing of the default one goes with it."""
    parameters = {"Vpc": {"Type": "AWS::EC2::VPC::Id"}, "Subnet": {"Type": "AWS::EC2::Subnet::Id"}}

    assert made(parameters, known={"Vpc": "vpc-2"}) == {}
    assert made(parameters, known={"Vpc": "vpc-1"}) == {"Subnet": "subnet-1"}
    assert made(parameters, network=Network()) == {}


@pytest.mark.parametrize(
    ("name", "more", "value"),
    [
        ("Stage", {}, "dev"),
        ("EnvironmentName", {}, "dev"),
        ("env", {"AllowedValues": ["prod", "Dev"]}, "Dev"),
        ("Environment", {"AllowedValues": ["test", "prod"]}, "test"),
        ("Stage", {"AllowedPattern": "[a-z]{3}"}, "dev"),
        ("Stage", {"MinLength": 5}, None),
        ("Stage", {"AllowedPattern": "(a+)+"}, None),
        ("Staging", {}, None),
    ],
)
def test_stage(name: str, more: dict[str, Any], value: str | None) -> None:
    """A stage is dev, or the first that is allowed, as long as the template takes it for certain."""
    assert made({name: {"Type": "String", **more}}).get(name) == value


def test_stage_of_another() -> None:
    """A mapping leads to a stage that is there: which one, only its owner knows."""
    mapping = {"Type": "AWS::ApiGateway::BasePathMapping", "Properties": {"Stage": {"Ref": "Stage"}}}

    assert made({"Stage": {"Type": "String"}}, {"Mapping": mapping}) == {}


@pytest.mark.parametrize(
    ("kind", "path", "value", "name"),
    [
        ("AWS::DynamoDB::Table", "TableName", {"Ref": "P"}, "shop-91c52759-p"),
        ("AWS::Serverless::Function", "FunctionName", {"Fn::Sub": "${P}-x"}, "shop-91c52759-p"),
        ("AWS::Lambda::EventInvokeConfig", "FunctionName", {"Ref": "P"}, None),
        ("AWS::S3::BucketPolicy", "Bucket", {"Ref": "P"}, None),
        ("AWS::Serverless::Function", "Role", {"Fn::Sub": "${P}-role"}, None),
    ],
)
def test_name(kind: str, path: str, value: Any, name: str | None) -> None:
    """What names a resource of the template gets a name; what names another thing never does."""
    found = made(of_type("String"), {"R": {"Type": kind, "Properties": {path: value}}})

    assert found.get("P") == name


def test_bucket() -> None:
    """A bucket's name is the account's own, and fits with what the template adds to it."""
    bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketName": {"Fn::Sub": "${P}-${AWS::AccountId}-images"}},
    }
    resources = {"Bucket": bucket}
    other = StackPlace(stack_name=PLACE.stack_name, account_id="1" * 12, region=PLACE.region)
    template = {"Parameters": of_type("String"), "Resources": resources}

    found = made(of_type("String"), resources)["P"]
    elsewhere = work_out(template, ["P"], {}, other, NETWORK)["P"].value

    assert re.fullmatch(r"shop-91c52759-p-[0-9a-f]{8}", found)
    assert found != elsewhere
    assert len(found) + len("-123456789012-images") <= 63


def test_queue_in_order() -> None:
    """The whole name of a FIFO queue ends as SQS wants it."""
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Ref": "P"}, "FifoQueue": True}}

    assert made(of_type("String"), {"Q": queue}) == {"P": "shop-91c52759-p.fifo"}


@pytest.mark.parametrize("name", ["ProjectName", "AppName", "ResourcePrefix", "application_name"])
def test_name_of_the_project(name: str) -> None:
    """What is by its own name the project's gets the stack's."""
    assert made({name: {"Type": "String"}})[name].startswith("shop-91c52759-")


def test_pattern_without_hyphens() -> None:
    """A name takes the form that the template allows."""
    parameters = {"AppName": {"Type": "String", "AllowedPattern": "[a-z0-9]+", "MaxLength": 20}}

    assert re.fullmatch("[a-z0-9]{8,20}", made(parameters)["AppName"])


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("Password", {}),
        ("ApiKey", {}),
        ("BucketName", {"Description": "an existing bucket"}),
        ("NotificationEmail", {}),
        ("DomainName", {}),
        ("CertificateArn", {}),
        ("VpcId", {"NoEcho": True, "Type": "AWS::EC2::VPC::Id"}),
        ("Stage", {"NoEcho": "true"}),
        ("Size", {"Type": "Number"}),
        ("KeyPair", {"Type": "AWS::EC2::KeyPair::KeyName"}),
        ("ImageId", {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Description": "Windows Server"}),
        ("Token", {"AllowedValues": ["a", "b"]}),
    ],
)
def test_what_is_asked_for(name: str, more: dict[str, Any]) -> None:
    """Secrets, addresses, and what has to be there already are nobody's guess, even as a resource's name."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": name}}}

    assert made({name: {"Type": "String", **more}}, {"Bucket": bucket}) == {}


def test_only_value() -> None:
    """Where one value is allowed, it is taken; where none is ever used, any is."""
    assert made({"Kind": {"Type": "String", "AllowedValues": [True]}}) == {"Kind": "true"}
    assert made({"KeyName": {"Type": "String"}}, {"Any": {}}) == {"KeyName": PLACE.stack_name}


def test_network_is_wanted() -> None:
    """EC2 is asked only for what wants it."""
    template = {"Parameters": {"Vpc": {"Type": "AWS::EC2::VPC::Id"}, "Stage": {"Type": "String"}}}

    assert wants_network(template, ["Vpc", "Stage"])
    assert not wants_network(template, ["Stage"])


def test_what_is_said() -> None:
    """Each value that nobody gave is told with its reason."""
    template = {"Parameters": {"Vpc": {"Type": "AWS::EC2::VPC::Id"}, "Stage": {"Type": "String"}}, "Resources": {}}
    nothing: Any = {"samconfig": {}, "tags": {}, "stack": {}}

    values, told = choose(template, {}, nothing, PLACE, lambda: NETWORK)

    assert [(each["value"], each["source"]) for each in values] == [("vpc-1", "workedOut"), ("dev", "workedOut")]
    assert told == [
        "Vpc is vpc-1, since no value was given: the default VPC",
        "Stage is dev, since no value was given: a stage that nobody named",
    ]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.sampled_from(["Ref", "Fn::Sub", "Fn::If", "P", "Type"]), inner)
    ),
    max_leaves=20,
)


@given(
    _json, _json, st.dictionaries(st.sampled_from(["Type", "AllowedValues", "MaxLength", "Description"]), _json)
)
def test_any_template(resources: Any, conditions: Any, parameter: dict[str, Any]) -> None:
    """Whatever a stranger writes, the answer is texts by name."""
    template = {"Parameters": {"P": parameter}, "Resources": {"R": resources}, "Conditions": conditions}

    found = work_out(template, ["P"], {}, PLACE, NETWORK)

    assert all(isinstance(each.value, str) for each in found.values())


@example(stack="a", name="0", longest=9)  # no room for more than what makes it the only one of its kind
@given(
    st.from_regex(r"[a-z][a-z0-9-]{0,120}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9]{1,60}", fullmatch=True),
    st.integers(3, 63),
)
def test_any_bucket_name(stack: str, name: str, longest: int) -> None:
    """A made name is one that S3 takes, or none is made (S3 User Guide, "Bucket naming rules")."""
    parameters = {name: {"Type": "String", "MaxLength": longest}}
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": {"Ref": name}}}
    place = StackPlace(stack_name=stack, account_id="123456789012", region="eu-west-1")
    template = {"Parameters": parameters, "Resources": {"Bucket": bucket}}

    found = work_out(template, [name], {}, place, NETWORK)

    if found and found[name].reason == "made of the stack's name":
        assert re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", found[name].value)
        assert len(found[name].value) <= longest
