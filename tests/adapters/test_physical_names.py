"""deployer.aws.physical_names: whether something has a name already, asked of each service in its own way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from tests.cloudformation import CannedCloudFormation, Refusal

from deployer.aws.clients import client
from deployer.aws.physical_names import taken_names
from deployer.sanity.identity import Place
from deployer.template.named_types import NAMED_TYPES, identifier_of
from deployer.template.physical_name import PhysicalName

if TYPE_CHECKING:
    from collections.abc import Callable

PLACE = Place(partition="aws", region="us-east-1", account_id="123456789012")
ROLE: Final = "arn:aws:iam::123456789012:role/r"
_KEYS: Final = {"KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}]}
_TABLE: Final = {
    **_KEYS,
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
_ALARM: Final = {
    "MetricName": "m",
    "Namespace": "n",
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 1,
    "ComparisonOperator": "GreaterThanThreshold",
    "Statistic": "Sum",
}
_POLICY: Final = (
    '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}'
)
_MACHINE: Final = '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'
# How a thing of that name comes to be there, of each type that moto can make.
MADE: Final[dict[str, Callable[[str], Any]]] = {
    "AWS::CloudWatch::Alarm": lambda name: client("cloudwatch").put_metric_alarm(AlarmName=name, **_ALARM),
    "AWS::CloudWatch::Dashboard": lambda name: client("cloudwatch").put_dashboard(
        DashboardName=name, DashboardBody='{"widgets": []}'
    ),
    "AWS::DynamoDB::Table": lambda name: client("dynamodb").create_table(TableName=name, **_TABLE),
    "AWS::Events::Archive": lambda name: client("events").create_archive(
        ArchiveName=name, EventSourceArn="arn:aws:events:us-east-1:123456789012:event-bus/default"
    ),
    "AWS::Events::EventBus": lambda name: client("events").create_event_bus(Name=name),
    "AWS::Events::Rule": lambda name: client("events").put_rule(Name=name, ScheduleExpression="rate(1 day)"),
    "AWS::IAM::ManagedPolicy": lambda name: client("iam").create_policy(PolicyName=name, PolicyDocument=_POLICY),
    "AWS::IAM::Role": lambda name: client("iam").create_role(RoleName=name, AssumeRolePolicyDocument="{}"),
    "AWS::Kinesis::Stream": lambda name: client("kinesis").create_stream(StreamName=name, ShardCount=1),
    "AWS::Logs::LogGroup": lambda name: client("logs").create_log_group(logGroupName=name),
    "AWS::S3::Bucket": lambda name: client("s3").create_bucket(Bucket=name),
    "AWS::SNS::Topic": lambda name: client("sns").create_topic(Name=name),
    "AWS::SQS::Queue": lambda name: client("sqs").create_queue(QueueName=name),
    "AWS::SSM::Parameter": lambda name: client("ssm").put_parameter(Name=name, Value="v", Type="String"),
    "AWS::Scheduler::Schedule": lambda name: client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression="rate(1 day)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:lambda:us-east-1:123456789012:function:f", "RoleArn": ROLE},
    ),
    "AWS::Scheduler::ScheduleGroup": lambda name: client("scheduler").create_schedule_group(Name=name),
    "AWS::SecretsManager::Secret": lambda name: client("secretsmanager").create_secret(
        Name=name, SecretString="s"
    ),
    "AWS::StepFunctions::Activity": lambda name: client("stepfunctions").create_activity(name=name),
    "AWS::StepFunctions::StateMachine": lambda name: client("stepfunctions").create_state_machine(
        name=name, definition=_MACHINE, roleArn=ROLE
    ),
}


def a_name(resource_type: str, name: str) -> PhysicalName:
    identifier = identifier_of(resource_type, name, {}, PLACE)
    assert identifier
    return PhysicalName(logical_id="It", resource_type=resource_type, name=name, identifier=identifier)


@pytest.fixture(autouse=True)
def _no_owner(cloudformation: CannedCloudFormation) -> None:
    cloudformation.answers("DescribeStackResources", Refusal("ValidationError", "Stack for x does not exist"))


@pytest.mark.parametrize("resource_type", sorted(set(NAMED_TYPES)))
def test_free(resource_type: str) -> None:
    """Nothing of that name: the service says so in its own words, and they are understood."""
    assert taken_names([a_name(resource_type, "alias/nothing" if "KMS" in resource_type else "nothing")]) == (
        [],
        [],
    )


@pytest.mark.parametrize("resource_type", sorted(MADE))
def test_taken(resource_type: str) -> None:
    """Something of that name is found."""
    MADE[resource_type]("something")

    [found], warnings = taken_names([a_name(resource_type, "something")])

    assert (found.name.name, warnings) == ("something", [])
    assert "something exists, and no stack has it" in found.finding("")


def test_secret_on_its_way_out() -> None:
    """Its name is taken until the days of its recovery are over."""
    MADE["AWS::SecretsManager::Secret"]("something")
    client("secretsmanager").delete_secret(SecretId="something")

    [found], _ = taken_names([a_name("AWS::SecretsManager::Secret", "something")])

    assert found.finding("").endswith("is being deleted")


def test_many_at_once(cloudformation: CannedCloudFormation) -> None:
    """They are looked at side by side, and found in the order of the template."""
    for name in ("b", "a", "c"):
        MADE["AWS::SQS::Queue"](name)

    found, _ = taken_names([a_name("AWS::SQS::Queue", name) for name in ("a", "x", "b", "y", "c")])

    assert [each.name.name for each in found] == ["a", "b", "c"]


def test_owner_of_another_type(cloudformation: CannedCloudFormation) -> None:
    """CloudFormation tells of one thing of that physical id: when that is another, nobody is named."""
    MADE["AWS::Logs::LogGroup"]("something")
    other = {"ResourceType": "AWS::DynamoDB::Table", "PhysicalResourceId": "something", "LogicalResourceId": "T"}
    where = {"StackId": "arn", "StackName": "s", "ResourceStatus": "CREATE_COMPLETE", "Timestamp": 0}
    cloudformation.answers("DescribeStackResources", {"StackResources": [{**other, **where}]})

    [found], _ = taken_names([a_name("AWS::Logs::LogGroup", "something")])

    assert "whose it is cannot be told" in found.finding("")


def test_nothing_to_look_at() -> None:
    """No names, no threads, no calls."""
    assert taken_names([]) == ([], [])
