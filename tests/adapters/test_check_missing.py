"""deployer.aws.checks.missing: what AWS's refusals of a look mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest
from botocore.exceptions import ClientError

from deployer.aws.checks.missing import is_missing, is_refused, is_unknown_operation
from deployer.aws.clients import client

if TYPE_CHECKING:
    from collections.abc import Callable

_ACCOUNT: Final = "us-east-1:123456789012"
LOOKS: Final[dict[str, Callable[[], Any]]] = {
    "apigateway": lambda: client("apigateway").get_rest_api(restApiId="none"),
    "apigatewayv2": lambda: client("apigatewayv2").get_api(ApiId="none"),
    "appsync": lambda: client("appsync").get_graphql_api(apiId="none"),
    "bucket": lambda: client("s3").list_objects_v2(Bucket="none", MaxKeys=1),
    "bucket, head": lambda: client("s3").head_bucket(Bucket="none"),
    "event bus": lambda: client("events").describe_event_bus(Name="none"),
    "event source mapping": lambda: client("lambda").get_event_source_mapping(UUID="0" * 36),
    "firehose": lambda: client("firehose").describe_delivery_stream(DeliveryStreamName="none"),
    "function": lambda: client("lambda").get_function_configuration(FunctionName="none"),
    "identity pool": lambda: client("cognito-identity").describe_identity_pool(IdentityPoolId="us-east-1:0000"),
    "key": lambda: client("kms").describe_key(KeyId="00000000-0000-0000-0000-000000000000"),
    "kinesis": lambda: client("kinesis").describe_stream_summary(StreamName="none"),
    "pipe": lambda: client("pipes").describe_pipe(Name="none"),
    "queue": lambda: client("sqs").get_queue_url(QueueName="none"),
    "role": lambda: client("iam").get_role(RoleName="none"),
    "rule": lambda: client("events").describe_rule(Name="none"),
    "schedule": lambda: client("scheduler").get_schedule(Name="none"),
    "secret": lambda: client("secretsmanager").describe_secret(SecretId="none"),
    "state machine": lambda: client("stepfunctions").describe_state_machine(
        stateMachineArn=f"arn:aws:states:{_ACCOUNT}:stateMachine:none"
    ),
    "table": lambda: client("dynamodb").describe_table(TableName="none"),
    "topic": lambda: client("sns").get_topic_attributes(TopicArn=f"arn:aws:sns:{_ACCOUNT}:none"),
    "user pool": lambda: client("cognito-idp").describe_user_pool(UserPoolId="us-east-1_none"),
}


def an_error(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Describe")


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS.keys())
def test_things_that_do_not_exist(aws: None, look: Callable[[], Any]) -> None:
    """Each service's own word for it is known."""
    with pytest.raises(ClientError) as caught:
        look()

    assert is_missing(caught.value)
    assert not is_refused(caught.value)
    assert not is_unknown_operation(caught.value)


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "403", "AuthorizationError"])
def test_refusals(code: str) -> None:
    """A look that is refused says nothing about whether the thing is there."""
    error = an_error(code)

    assert is_refused(error)
    assert not is_missing(error)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("InvalidAction", "Unknown action: ListPipes"),
        ("UnknownOperationException", ""),
        ("InvalidRequestException", "Unknown action: DescribeSecret"),
        ("NotFoundException", "Unknown path: /v1/apis"),
    ],
)
def test_operations_that_the_platform_lacks(code: str, message: str) -> None:
    """They are told apart from what does not exist."""
    error = an_error(code, message)

    assert is_unknown_operation(error)
    assert not is_missing(error)


def test_other_errors() -> None:
    """A throttled call is none of the three."""
    error = an_error("ThrottlingException", "Rate exceeded")

    assert not (is_missing(error) or is_refused(error) or is_unknown_operation(error))
