"""deployer.template.physical_name: what a deployment names, as far as it is known beforehand."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from deployer.errors import PhysicalNameTaken, errors_of
from deployer.sanity.identity import Place
from deployer.stack.resource import StackResource
from deployer.stack.taken_name import Owner, TakenName, Unowned, twins
from deployer.template.named_types import NAMED_TYPES, is_named
from deployer.template.physical_name import (
    Deployment,
    PhysicalName,
    known_parameters,
    may_give_names,
    physical_names,
)

PLACE = Place(partition="aws", region="eu-west-1", account_id="123456789012")
STACK_ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/1"
# What is made of the name, where the name itself is not the identifier in the registry.
MADE_OF_THE_NAME = {
    "AWS::Events::Rule": "Arn",
    "AWS::IAM::ManagedPolicy": "PolicyArn",
    "AWS::SNS::Topic": "TopicArn",
    "AWS::SQS::Queue": "QueueUrl",
    "AWS::SecretsManager::Secret": "Id",
    "AWS::StepFunctions::Activity": "Arn",
    "AWS::StepFunctions::StateMachine": "Arn",
}


def table(name: Any) -> dict[str, Any]:
    return {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": name}}


def deployment(resources: dict[str, Any], **sections: Any) -> Deployment:
    """A first deployment of these resources, of a stack named shop."""
    template = {"Resources": resources, **sections}
    return Deployment(
        template=template,
        place=PLACE,
        name="shop",
        stack_id="",
        parameters=known_parameters(template, {"Stage": "prod"}),
        resources=(),
    )


def named(what: Deployment) -> dict[str, str]:
    return {each.logical_id: each.name for each in physical_names(what)[0]}


@pytest.mark.parametrize("resource_type", sorted(NAMED_TYPES))
def test_table_of_types(resource_type: str) -> None:
    """The registry says of each: its name cannot change later, and it is what tells one from another."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    name = f"/properties/{NAMED_TYPES[resource_type].property}"

    assert name in schema["createOnlyProperties"]
    identifier = MADE_OF_THE_NAME.get(resource_type, NAMED_TYPES[resource_type].property)
    assert schema["primaryIdentifier"] == [f"/properties/{identifier}"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("orders", "orders"),
        ({"Ref": "Stage"}, "prod"),
        ({"Ref": "Default"}, "d"),
        ({"Fn::Sub": "${AWS::StackName}-${AWS::Region}-${Stage}"}, "shop-eu-west-1-prod"),
        ({"Fn::Join": ["-", [{"Ref": "AWS::AccountId"}, "orders"]]}, "123456789012-orders"),
        ({"Fn::If": ["IsProd", "orders", {"Ref": "AWS::NoValue"}]}, "orders"),
        ({"Fn::If": ["IsTest", "orders", {"Ref": "AWS::NoValue"}]}, None),
        ({"Fn::Sub": "orders-${AWS::StackId}"}, None),
        ({"Ref": "Secret"}, None),
        ({"Ref": "InStore"}, None),
        ({"Fn::ImportValue": "name"}, None),
        ("{{resolve:ssm:name}}", None),
    ],
)
def test_value(value: Any, name: str | None) -> None:
    """A name is what its functions come to, where all that they name is known."""
    what = deployment(
        {"Orders": table(value)},
        Parameters={
            "Stage": {"Type": "String"},
            "Default": {"Type": "String", "Default": "d"},
            "Secret": {"Type": "String", "NoEcho": True, "Default": "s"},
            "InStore": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/name"},
        },
        Conditions={
            "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "IsTest": {"Fn::Equals": [{"Ref": "Stage"}, "test"]},
        },
    )

    assert named(what) == ({"Orders": name} if name else {})


def test_condition_of_a_resource() -> None:
    """What is not made takes no name, nor does what may not be made."""
    resources = {name: {**table(name), "Condition": name} for name in ("Is", "IsNot", "MayBe")}
    conditions = {
        "Is": {"Fn::Equals": ["a", "a"]},
        "IsNot": {"Fn::Equals": ["a", "b"]},
        "MayBe": {"Fn::Equals": [{"Ref": "Nobody"}, "b"]},
    }

    assert named(deployment(resources, Conditions=conditions)) == {"Is": "Is"}


def test_named_after_another() -> None:
    """A log group that is named after a function is known when the function's name is."""
    resources = {
        "Logs": {
            "Type": "AWS::Logs::LogGroup",
            "Properties": {"LogGroupName": {"Fn::Sub": "/aws/lambda/${Hello}"}},
        },
        "Hello": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "hello"}},
        "Other": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": {"Fn::Sub": "/x/${Unnamed}"}}},
        "Unnamed": {"Type": "AWS::Lambda::Function", "Properties": {}},
    }

    assert named(deployment(resources)) == {"Logs": "/aws/lambda/hello", "Hello": "hello"}


def test_loop() -> None:
    """A loop over what is known is written out; one over what is not is left."""
    resources = {
        "Fn::ForEach::Known": ["Name", ["A", {"Ref": "Stage"}], {"Table${Name}": table({"Fn::Sub": "t-${Name}"})}],
        "Fn::ForEach::Unknown": ["Name", {"Ref": "Nobody"}, {"Other${Name}": table({"Fn::Sub": "o-${Name}"})}],
    }
    what = deployment(resources, Parameters={"Stage": {"Type": "String"}})

    assert named(what) == {"TableA": "t-A", "Tableprod": "t-prod"}


@pytest.mark.parametrize(
    ("resource_type", "properties", "identifier"),
    [
        ("AWS::SNS::Topic", {"TopicName": "n"}, "arn:aws:sns:eu-west-1:123456789012:n"),
        ("AWS::Events::Rule", {"Name": "n"}, "default|n"),
        ("AWS::Events::Rule", {"Name": "n", "EventBusName": "arn:aws:events:r:1:event-bus/b"}, "b|n"),
        ("AWS::Events::Rule", {"Name": "n", "EventBusName": {"Ref": "Bus"}}, "bus|n"),
        ("AWS::Scheduler::Schedule", {"Name": "n", "GroupName": "g"}, "g/n"),
        (
            "AWS::IAM::ManagedPolicy",
            {"ManagedPolicyName": "n", "Path": "/a/"},
            "arn:aws:iam::123456789012:policy/a/n",
        ),
    ],
)
def test_identifier(resource_type: str, properties: dict[str, Any], identifier: str) -> None:
    """A service is asked by an ARN, or with what the name is unique within."""
    bus = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "bus"}}
    names, _ = physical_names(deployment({"It": {"Type": resource_type, "Properties": properties}, "Bus": bus}))

    assert [each.identifier for each in names if each.logical_id == "It"] == [identifier]


def test_update() -> None:
    """What the stack has under that name is not new; what gets another name is."""
    there = [
        StackResource(stack_id=STACK_ID, logical_id=name, physical_id=had, type="", status="CREATE_COMPLETE")
        for name, had in [("Kept", "kept"), ("Renamed", "before"), ("Queue", "https://sqs/1/queue")]
    ]
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "queue"}}
    resources = {"Kept": table("kept"), "Renamed": table("after"), "New": table("new"), "Queue": queue}
    what = replace(deployment(resources), stack_id=STACK_ID, resources=there)

    assert named(what) == {"Renamed": "after", "New": "new"}


def test_nested_stack() -> None:
    """It is found with its template, its id and what it is given; None is what nobody knows yet."""
    given = {"Name": {"Ref": "Stage"}, "List": ["a", "b"], "Later": {"Fn::GetAtt": ["Queue", "Arn"]}}
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": "https://t", "Parameters": given},
    }

    _, [found] = physical_names(deployment({"Child": nested}, Parameters={"Stage": {"Type": "String"}}))

    assert (found.logical_id, found.template_url, found.stack_id) == ("Child", "https://t", "")
    assert found.parameters == {"Name": "prod", "List": "a,b", "Later": None}
    declared = {"Parameters": {"Later": {"Default": "x"}, "Other": {"Default": 1}}}
    assert known_parameters(declared, found.parameters) == {"Other": "1"}


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        (table("orders"), True),
        ({"Type": "AWS::DynamoDB::Table", "Properties": {}}, False),
        ({"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "api"}}, False),
        ({"Type": "AWS::CloudFormation::Stack"}, True),
        ("nonsense", False),
    ],
)
def test_template_without_names(resource: Any, expected: bool) -> None:
    """It is seen at a glance."""
    assert may_give_names({"Resources": {"It": resource}}) is expected


@pytest.mark.parametrize(
    ("physical_id", "expected"),
    [
        ("orders", True),
        ("https://sqs.eu-west-1.amazonaws.com/1/orders", True),
        ("arn:aws:sns:eu-west-1:1:orders", True),
        ("arn:aws:secretsmanager:eu-west-1:1:secret:orders-a1B2c3", True),
        ("my-orders", False),
        ("", False),
    ],
)
def test_physical_id(physical_id: str, expected: bool) -> None:
    """A name, a URL or an ARN that ends with the name is that of the thing."""
    assert is_named(physical_id, "orders") is expected


NAME = PhysicalName(logical_id="Orders", resource_type="AWS::DynamoDB::Table", name="orders", identifier="orders")


def owner(**changes: Any) -> Owner:
    plain = Owner(
        stack_name="bills", logical_id="T", root_name="bills", root_id="b", is_ours=False, has_let_go=False
    )
    return replace(plain, **changes)


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        (owner(), "belongs to stack bills as T"),
        (
            owner(is_ours=True),
            "belongs to stack bills as T, which this application made, and stackName bills would",
        ),
        (
            owner(is_ours=True, root_name="all"),
            r"stack bills \(in all\) as T, which .* and stackName all would update",
        ),
        (owner(has_let_go=True), "exists, left behind by stack bills as T"),
        (owner(root_id=STACK_ID), "is in this stack already as T, and .* has to keep its logical id"),
        (Unowned.NO_STACK, "exists, and no stack has it"),
        (Unowned.NOT_TOLD, "exists, and whose it is cannot be told"),
        (Unowned.OTHER_ACCOUNT, "exists in another account, or is closed to this application"),
    ],
)
def test_finding(whose: Owner | Unowned, said: str) -> None:
    """It names the resource, the name and its owner, and what would help there."""
    finding = TakenName(name=replace(NAME, parameters=("Name",)), is_going=False, owner=whose).finding(STACK_ID)

    [error] = errors_of(PhysicalNameTaken.of([finding]).message)
    assert error["field"] == "Orders"
    assert error["problem"].startswith("AWS::DynamoDB::Table orders (named by parameter Name) ")
    assert re.search(said, error["problem"]), error["problem"]


def test_thing_on_its_way_out() -> None:
    """Its name is free soon: that is told."""
    taken = TakenName(name=NAME, is_going=True, owner=Unowned.NO_STACK)

    assert taken.finding("").endswith("no stack has it and is being deleted")


def test_twins() -> None:
    """Two things of one type in a template cannot have one name."""
    other = replace(NAME, logical_id="Child/Orders")

    assert list(twins([NAME, replace(NAME, identifier="x"), other])) == [
        "Child/Orders: AWS::DynamoDB::Table orders is what Orders is named, too"
    ]
