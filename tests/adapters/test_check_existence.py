"""Whether a thing exists, and whether what is sent to it arrives."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber
from tests.deployed_stack import a_resource, a_scene, arn
from tests.deployed_things import make_function, make_queue, make_role, make_table

from deployer.aws.checks.deliveries import arrival
from deployer.aws.checks.existence import queue_url, trouble
from deployer.aws.clients import client
from deployer.sanity.delivery import delivery, sender
from deployer.sanity.reference import Reference


def a_reference(kind: str, identifier: str) -> Reference:
    return Reference(type=f"AWS::{kind}", id=identifier, arn="", label="Thing")


def test_things_that_are_there(aws: None) -> None:
    """Queues are found by URL, ARN and name."""
    make_table("items")
    url = make_queue("jobs")
    things = [
        a_reference("DynamoDB::Table", "items"),
        a_reference("IAM::Role", make_role().rpartition("/")[2]),
        a_reference("Lambda::Function", make_function()),
        a_reference("SQS::Queue", url),
        a_reference("SQS::Queue", arn("sqs", "jobs")),
        a_reference("SQS::Queue", "jobs"),
    ]

    assert [trouble(thing) for thing in things] == [""] * 6
    assert queue_url("jobs") == url


@pytest.mark.parametrize(
    "thing",
    [
        a_reference("DynamoDB::Table", "items"),
        a_reference("S3::Bucket", "uploads"),
        a_reference("SQS::Queue", arn("sqs", "jobs")),
        a_reference("CloudWatch::Alarm", "errors"),
        a_reference("SSM::Parameter", "/level"),
    ],
)
def test_things_that_are_not(aws: None, thing: Reference) -> None:
    """It is said what does not exist."""
    assert trouble(thing).endswith("does not exist")


def test_parameter_behind_an_empty_page(aws: None) -> None:
    """A page without it is not the last word."""
    with Stubber(client("ssm")) as stub:
        stub.add_response("describe_parameters", {"Parameters": [], "NextToken": "more"})
        stub.add_response("describe_parameters", {"Parameters": [{"Name": "/level"}]})

        assert trouble(a_reference("SSM::Parameter", "/level")) == ""


def test_table_that_is_being_deleted(aws: None) -> None:
    """It is as good as gone."""
    with Stubber(client("dynamodb")) as stub:
        stub.add_response("describe_table", {"Table": {"TableStatus": "DELETING"}})

        assert trouble(a_reference("DynamoDB::Table", "items")).endswith("is being deleted")


def test_thing_that_we_may_not_look_at(aws: None) -> None:
    """That is the runner's to tell."""
    with Stubber(client("dynamodb")) as stub:
        stub.add_client_error("describe_table", "AccessDeniedException")
        with pytest.raises(ClientError):
            trouble(a_reference("DynamoDB::Table", "items"))


def test_type_without_a_look(aws: None) -> None:
    """It is taken to be there."""
    assert trouble(a_reference("Brand::New", "x")) == ""


def test_receiver_that_is_reached_by_a_role(aws: None) -> None:
    """A policy that does not let the service in is then no certain fault."""
    make_queue("jobs")
    role = make_role()
    deployed = a_scene(a_resource("SQS::Queue", "Jobs", "jobs")).deployed
    rule = sender("events.amazonaws.com", arn("events", "rule/r"), deployed)

    by_role = arrival(delivery(arn("sqs", "jobs"), rule, deployed, {"RoleArn": role}), {}, "")
    by_policy = arrival(delivery(arn("sqs", "jobs"), rule, deployed), {}, "")

    assert (by_role.status, by_policy.status) == ("skip", "fail")


def test_role_that_is_gone(aws: None) -> None:
    """The service cannot act as it."""
    make_table("items")
    deployed = a_scene().deployed
    rule = sender("events.amazonaws.com", None, deployed)
    role = {"RoleArn": "arn:aws:iam::123456789012:role/gone"}
    sent = delivery(arn("dynamodb", "table/items"), rule, deployed, role)

    assert "does not exist" in arrival(sent, {}, "").error


def test_receiver_without_a_policy_of_its_own(aws: None) -> None:
    """That it exists is all that can be seen."""
    make_table("items")
    deployed = a_scene().deployed
    sent = delivery(arn("dynamodb", "table/items"), sender("pipes.amazonaws.com", None, deployed), deployed)

    assert arrival(sent, {}, "").status == "pass"


def test_managed_key_and_a_role(aws: None) -> None:
    """Who sends as a role of the account may use the key that AWS manages."""
    everybody = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage"}]}'
    make_queue("jobs", KmsMasterKeyId="alias/aws/sqs", Policy=everybody)
    deployed = a_scene(a_resource("SQS::Queue", "Jobs", "jobs")).deployed
    rule = sender("events.amazonaws.com", arn("events", "rule/r"), deployed)

    by_role = arrival(delivery(arn("sqs", "jobs"), rule, deployed, {"RoleArn": make_role()}), {}, "")
    by_itself = arrival(delivery(arn("sqs", "jobs"), rule, deployed), {}, "")

    assert (by_role.status, by_itself.status) == ("pass", "fail")
