"""What AWS's refusals of a look mean: the thing is not there, we may not look, or the platform cannot do that.

Sources: the errors of each operation in botocore's service models (codes that are sent, not the names of the
shapes), "Common Errors" of the services' API references, and "Error responses" of the S3 API reference: a HEAD has
no body, so its code is the HTTP status.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from botocore.exceptions import ClientError

_MISSING: Final = frozenset(
    {
        "404",  # HeadBucket
        "AWS.SimpleQueueService.NonExistentQueue",  # SQS by its query protocol, and its compatible code
        "ActivityDoesNotExist",
        "NoSuchBucket",
        "NoSuchEntity",  # IAM
        "NotFound",  # SNS
        "NotFoundException",  # API Gateway, AppSync, KMS, Pipes
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFound",  # CloudWatch, Step Functions
        "ResourceNotFoundException",  # Lambda, DynamoDB, EventBridge, Scheduler, Kinesis, Firehose, Cognito, ...
        "StateMachineDoesNotExist",
        "TableNotFoundException",
    }
)
_REFUSED: Final = frozenset(
    {
        "403",  # HeadBucket
        "AccessDenied",
        "AccessDeniedException",
        "AllAccessDisabled",  # S3
        "AuthorizationError",  # SNS
        "Forbidden",
        "ForbiddenException",
        "KmsAccessDeniedException",
        "NotAuthorized",
        "NotAuthorizedException",  # Cognito
        "UnauthorizedException",  # API Gateway, AppSync
        "UnauthorizedOperation",  # EC2
    }
)
_UNKNOWN: Final = frozenset(
    {
        "501",
        "InvalidAction",
        "NotImplemented",
        "UnknownOperation",
        "UnknownOperationException",
        "UnsupportedOperation",
        "UnsupportedOperationException",
    }
)
# What the embedded platform says, under a code that means something else.
_UNKNOWN_MESSAGES: Final = ("Unknown action: ", "Unknown path: ", "Unsupported route: ")


def is_missing(error: ClientError) -> bool:
    """What was asked for does not exist."""
    return code_of(error) in _MISSING and not is_unknown_operation(error)


def is_refused(error: ClientError) -> bool:
    """We may not do that: our role, a policy of the resource, or the organization says so."""
    return code_of(error) in _REFUSED


def is_unknown_operation(error: ClientError) -> bool:
    """The platform does not know the operation."""
    return code_of(error) in _UNKNOWN or _message(error).startswith(_UNKNOWN_MESSAGES)


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _message(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Message", ""))
