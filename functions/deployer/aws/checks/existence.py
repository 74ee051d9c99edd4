"""Whether a thing exists: one light look for each type, that costs nothing and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws.checks.missing import is_missing
from deployer.aws.clients import client
from deployer.sanity.sanity_test import Outcome, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.sanity.reference import Reference

SPREAD_SECONDS: Final = 4
"""What is only seconds old is not seen everywhere: IAM, S3 and lists of names are consistent in the end."""
ATTRIBUTES_SECONDS: Final = 60
"""Until a queue's new attributes are seen everywhere (SetQueueAttributes in the Amazon SQS API reference)."""
_GOING: Final = frozenset({"DELETING", "PendingDeletion", "Deleting"})


def trouble(reference: Reference) -> str:
    """Why what is named cannot be used: it does not exist, or is being deleted; empty when it is there.

    Types without a look are taken to be there: `can_look` tells. Raises ClientError when we may not look.
    """
    look = LOOKS.get(reference["type"])
    try:
        state = look(reference["id"]) if look else ""
    except ClientError as error:
        if not is_missing(error):
            raise
        return f"{described(reference)} does not exist"
    return f"{described(reference)} is being deleted" if is_going(state) else ""


def is_going(state: str) -> bool:
    """Whether a look's answer says that the thing is being deleted."""
    return state in _GOING


def by_reason(
    reason: str, evidence: dict[str, Any], reproduce: str, patience_seconds: int = SPREAD_SECONDS
) -> Outcome:
    """What was found not to be there, or not as it should be, fails when it is still so some seconds later."""
    return Outcome(
        status=Verdict.FAIL if reason else Verdict.PASS,
        error=reason,
        evidence=evidence,
        reproduce=reproduce,
        may_pass_later=bool(reason),
        patience_seconds=patience_seconds,
    )


def can_look(reference: Reference) -> bool:
    return reference["type"] in LOOKS


def described(reference: Reference) -> str:
    """OrderTable (DynamoDB Table shop-orders)."""
    kind = " ".join(reference["type"].split("::")[1:])
    return f"{reference['label']} ({kind} {reference['id']})"


def queue_url(name: str) -> str:
    """The URL of a queue, of which a template or a service knows the URL, the ARN or the name."""
    if name.startswith(("https://", "http://")):
        return name
    owner = {"QueueOwnerAWSAccountId": name.split(":")[4]} if name.startswith("arn:") else {}
    url: str = client("sqs").get_queue_url(QueueName=name.rpartition(":")[2], **owner)["QueueUrl"]
    return url


def _bucket(name: str) -> str:
    client("s3").head_bucket(Bucket=name)
    return ""


def _bus(name: str) -> str:
    client("events").describe_event_bus(Name=name)
    return ""


def _delivery_stream(name: str) -> str:
    answer: Any = client("firehose").describe_delivery_stream(DeliveryStreamName=name)
    return str(answer["DeliveryStreamDescription"].get("DeliveryStreamStatus", ""))


def _domain(name: str) -> str:
    return str(client("apigateway").get_domain_name(domainName=name).get("domainNameStatus", ""))


def _private_domain(arn: str) -> str:
    name, _, identifier = arn.rpartition("/")[2].partition("+")
    found = client("apigateway").get_domain_name(domainName=name, domainNameId=identifier)
    return str(found.get("domainNameStatus", ""))


def _domain_v2(name: str) -> str:
    found = client("apigatewayv2").get_domain_name(DomainName=name).get("DomainNameConfigurations", [])
    return next((str(each.get("DomainNameStatus", "")) for each in found), "")


def _function(name: str) -> str:
    return str(client("lambda").get_function_configuration(FunctionName=name).get("State", ""))


def _graphql_api(identifier: str) -> str:
    client("appsync").get_graphql_api(apiId=identifier.rpartition("/")[2])
    return ""


def _http_api(identifier: str) -> str:
    client("apigatewayv2").get_api(ApiId=identifier)
    return ""


def _key(identifier: str) -> str:
    return str(client("kms").describe_key(KeyId=identifier)["KeyMetadata"].get("KeyState", ""))


def _layer_version(arn: str) -> str:
    client("lambda").get_layer_version_by_arn(Arn=arn)
    return ""


def _log_group(name: str) -> str:
    pages = client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    return found(name, (group["logGroupName"] for page in pages for group in page["logGroups"]))


def _parameter(name: str) -> str:
    filters = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    pages = client("ssm").get_paginator("describe_parameters").paginate(ParameterFilters=filters)  # some are empty
    return found(name, (parameter["Name"] for page in pages for parameter in page["Parameters"]))


def _queue(name: str) -> str:
    client("sqs").get_queue_attributes(QueueUrl=queue_url(name), AttributeNames=["QueueArn"])
    return ""


def _rest_api(identifier: str) -> str:
    client("apigateway").get_rest_api(restApiId=identifier)
    return ""


def _role(name: str) -> str:
    client("iam").get_role(RoleName=name)
    return ""


def _secret(identifier: str) -> str:
    is_going = client("secretsmanager").describe_secret(SecretId=identifier).get("DeletedDate")
    return "PendingDeletion" if is_going else ""


def _state_machine(arn: str) -> str:
    return str(client("stepfunctions").describe_state_machine(stateMachineArn=arn).get("status", ""))


def _activity(arn: str) -> str:
    client("stepfunctions").describe_activity(activityArn=arn)
    return ""


def _stream(name: str) -> str:
    answer: Any = client("kinesis").describe_stream_summary(StreamName=name)
    return str(answer["StreamDescriptionSummary"].get("StreamStatus", ""))


def _table(name: str) -> str:
    return str(client("dynamodb").describe_table(TableName=name)["Table"].get("TableStatus", ""))


def _topic(arn: str) -> str:
    client("sns").get_topic_attributes(TopicArn=arn)
    return ""


def _user_pool(identifier: str) -> str:
    client("cognito-idp").describe_user_pool(UserPoolId=identifier)
    return ""


def _identity_pool(identifier: str) -> str:
    client("cognito-identity").describe_identity_pool(IdentityPoolId=identifier)
    return ""


def _alarm(name: str) -> str:
    answer: Any = client("cloudwatch").describe_alarms(AlarmNames=[name])
    return found(name, (alarm["AlarmName"] for alarm in answer.get("MetricAlarms", [])))


def found(name: str, names: Any) -> str:
    """For services that answer with an empty list where others refuse."""
    if name in names:
        return ""
    raise ClientError({"Error": {"Code": "ResourceNotFound", "Message": f"{name} does not exist"}}, "Describe")


LOOKS: Final[dict[str, Callable[[str], str]]] = {
    "AWS::ApiGateway::DomainName": _domain,
    "AWS::ApiGateway::DomainNameV2": _private_domain,
    "AWS::ApiGateway::RestApi": _rest_api,
    "AWS::ApiGatewayV2::Api": _http_api,
    "AWS::ApiGatewayV2::DomainName": _domain_v2,
    "AWS::AppSync::GraphQLApi": _graphql_api,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::Cognito::IdentityPool": _identity_pool,
    "AWS::Cognito::UserPool": _user_pool,
    "AWS::DynamoDB::GlobalTable": _table,
    "AWS::DynamoDB::Table": _table,
    "AWS::Events::EventBus": _bus,
    "AWS::IAM::Role": _role,
    "AWS::KMS::Key": _key,
    "AWS::Kinesis::Stream": _stream,
    "AWS::KinesisFirehose::DeliveryStream": _delivery_stream,
    "AWS::Lambda::Alias": _function,
    "AWS::Lambda::Function": _function,
    "AWS::Lambda::LayerVersion": _layer_version,
    "AWS::Lambda::Version": _function,
    "AWS::Logs::LogGroup": _log_group,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Topic": _topic,
    "AWS::SQS::Queue": _queue,
    "AWS::SSM::Parameter": _parameter,
    "AWS::SecretsManager::Secret": _secret,
    "AWS::StepFunctions::Activity": _activity,
    "AWS::StepFunctions::StateMachine": _state_machine,
}
