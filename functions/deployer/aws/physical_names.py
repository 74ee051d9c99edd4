"""Which physical names are taken, and by whom: one light look for each, all at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from deployer.aws.checks import existence
from deployer.aws.checks.missing import is_missing, is_refused
from deployer.aws.clients import client
from deployer.aws.resource_owners import owner_of
from deployer.errors import CloudFormationUnavailable
from deployer.stack.taken_name import TakenName, Unowned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from deployer.template.physical_name import PhysicalName

_AT_ONCE: Final = 16


def taken_names(names: Sequence[PhysicalName]) -> tuple[list[TakenName], list[str]]:
    """The names that something has already, and a warning for each that could not be looked at.

    What we may not look at, and what a service does not answer, counts as free: CloudFormation will find it.
    """
    if not names:
        return [], []
    with ThreadPoolExecutor(min(len(names), _AT_ONCE)) as pool:
        found = list(pool.map(_looked_at, names))
    return (
        [each for each in found if isinstance(each, TakenName)],
        [each for each in found if isinstance(each, str)],
    )


def _looked_at(name: PhysicalName) -> TakenName | str | None:
    try:
        state = LOOKS[name.resource_type](name.identifier)
    except ClientError as error:
        if is_missing(error):
            return None
        if is_refused(error) and name.resource_type == "AWS::S3::Bucket":
            return TakenName(name=name, is_going=False, owner=Unowned.OTHER_ACCOUNT)
        return _warning(name, str(error.response["Error"].get("Code")))
    except BotoCoreError as error:
        return _warning(name, type(error).__name__)
    return _owned(name, is_going=existence.is_going(state))


def _warning(name: PhysicalName, why: str) -> str:
    return f"{name.logical_id}: nobody could look whether {name.resource_type} {name.name} exists ({why})"


def _owned(name: PhysicalName, *, is_going: bool) -> TakenName:
    try:
        owner = owner_of(name.resource_type, name.name, _physical_id(name))
    except (BotoCoreError, ClientError, CloudFormationUnavailable):
        return TakenName(name=name, is_going=is_going, owner=Unowned.NOT_TOLD)
    return TakenName(name=name, is_going=is_going, owner=owner)


def _physical_id(name: PhysicalName) -> str:
    """As CloudFormation knows the thing that is there ("Return values", Ref, of each type)."""
    match name.resource_type:
        case "AWS::SQS::Queue":
            return existence.queue_url(name.identifier)
        case "AWS::SecretsManager::Secret":
            return str(client("secretsmanager").describe_secret(SecretId=name.identifier)["ARN"])
        case "AWS::Events::Rule":
            return name.identifier.removeprefix("default|")
        case "AWS::Scheduler::Schedule":
            return name.name
    return name.identifier


def _any_alarm(name: str) -> str:
    answer: Any = client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    return existence.found(
        name, (each["AlarmName"] for kind in ("MetricAlarms", "CompositeAlarms") for each in answer[kind])
    )


def _api_destination(name: str) -> str:
    client("events").describe_api_destination(Name=name)
    return ""


def _archive(name: str) -> str:
    client("events").describe_archive(ArchiveName=name)
    return ""


def _connection(name: str) -> str:
    return str(client("events").describe_connection(Name=name).get("ConnectionState", ""))


def _dashboard(name: str) -> str:
    client("cloudwatch").get_dashboard(DashboardName=name)
    return ""


def _managed_policy(arn: str) -> str:
    client("iam").get_policy(PolicyArn=arn)
    return ""


def _pipe(name: str) -> str:
    return str(client("pipes").describe_pipe(Name=name).get("CurrentState", ""))


def _queue(name: str) -> str:
    client("sqs").get_queue_url(QueueName=name)
    return ""


def _rule(identifier: str) -> str:
    bus, _, name = identifier.partition("|")
    client("events").describe_rule(Name=name, EventBusName=bus)
    return ""


def _schedule(identifier: str) -> str:
    group, _, name = identifier.partition("/")
    client("scheduler").get_schedule(GroupName=group, Name=name)
    return ""


def _schedule_group(name: str) -> str:
    return str(client("scheduler").get_schedule_group(Name=name).get("State", ""))


# By type: answers the thing's state, where it has one; raises ClientError for what is not there.
LOOKS: Final[dict[str, Callable[[str], str]]] = {
    **{
        kind: existence.LOOKS[kind]
        for kind in (
            "AWS::ApiGateway::DomainName",
            "AWS::ApiGatewayV2::DomainName",
            "AWS::DynamoDB::GlobalTable",
            "AWS::DynamoDB::Table",
            "AWS::Events::EventBus",
            "AWS::IAM::Role",
            "AWS::Kinesis::Stream",
            "AWS::KinesisFirehose::DeliveryStream",
            "AWS::Lambda::Function",
            "AWS::Logs::LogGroup",
            "AWS::S3::Bucket",
            "AWS::SNS::Topic",
            "AWS::SSM::Parameter",
            "AWS::SecretsManager::Secret",
            "AWS::StepFunctions::Activity",
            "AWS::StepFunctions::StateMachine",
        )
    },
    "AWS::CloudWatch::Alarm": _any_alarm,
    "AWS::CloudWatch::CompositeAlarm": _any_alarm,
    "AWS::CloudWatch::Dashboard": _dashboard,
    "AWS::Events::ApiDestination": _api_destination,
    "AWS::Events::Archive": _archive,
    "AWS::Events::Connection": _connection,
    "AWS::Events::Rule": _rule,
    "AWS::IAM::ManagedPolicy": _managed_policy,
    "AWS::KMS::Alias": existence.LOOKS["AWS::KMS::Key"],
    "AWS::Pipes::Pipe": _pipe,
    "AWS::SQS::Queue": _queue,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::Scheduler::ScheduleGroup": _schedule_group,
}
