"""What it means that a call of AWS fails inside of a function: what it is wired to is gone, refused, or made up.

Sources: the errors of each operation in the services' API references; botocore's ClientError for the wording; the
AWS SDK for JavaScript gives the code as the error's name; "Troubleshoot access denied error messages" (IAM User
Guide) and "Access denied message examples" (Amazon S3 User Guide).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.sanity.payloads import MARKER

if TYPE_CHECKING:
    from collections.abc import Collection

    from deployer.sanity.raised import Raised

_BOTOCORE: Final = re.compile(
    r"An error occurred \(([^)\s]{1,100})\) when calling the (\w{1,80}) operation"
    r"(?: \(reached max retries: \d{1,3}\))?:? ?([^\n]{0,1000})"
)
_NODE_OPERATION: Final = re.compile(r"de_(\w{1,80}?)CommandError|(\w{1,80})Command\b")

MISSING: Final = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "StateMachineDoesNotExist",
        "TableNotFoundException",
    }
)
REFUSED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException"}
    | {"KMS.AccessDeniedException", "KMSAccessDeniedException", "UnauthorizedOperation"}
)
_BUSY: Final = frozenset(
    {"InternalError", "InternalFailure", "InternalServerError", "InternalServiceError", "LimitExceededException"}
    | {"ProvisionedThroughputExceededException", "RequestTimeout", "ServiceUnavailable", "SlowDown", "Throttling"}
    | {"ServiceUnavailableException", "ThrottlingException", "TooManyRequestsException"}
)
_UNKNOWN: Final = frozenset(
    {"501", "InvalidAction", "NotImplemented", "UnknownOperation", "UnknownOperationException"}
    | {"UnknownService", "UnrecognizedClientException", "InvalidClientTokenId", "UnsupportedOperation"}
)
# Of ResourceNotFoundException and its like: the operations that name what a function is wired to.
_WIRED: Final = frozenset(
    {"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}
    | {"TransactGetItems", "TransactWriteItems", "Invoke", "InvokeAsync", "PutRecord", "PutRecords", "PutEvents"}
    | {"Publish", "PublishBatch", "PutRecordBatch"}
)
_WIRED_MESSAGES: Final = (
    "Requested resource not found",
    "Function not found",
    "Cannot do operations on a non-existent",
)
# A stack that has none of these takes what it reads from elsewhere.
_OUTSIDE: Final = {
    "GetSecretValue": "AWS::SecretsManager::Secret",
    "GetParameter": "AWS::SSM::Parameter",
    "GetParameters": "AWS::SSM::Parameter",
}
_OUTSIDE_MESSAGES: Final = {"Secrets Manager can't find": "AWS::SecretsManager::Secret"}
# Without the right to list, S3 answers 403 for a key that is not there (GetObject, "Permissions").
_OF_A_KEY: Final = frozenset({"GetObject", "HeadObject", "CopyObject", "GetObjectTagging", "DeleteObject", ""})
# The right that a role lacks, and for what.
_LACKED: Final = re.compile(
    r'on resource: "?(arn:[^\s"]{1,1200})"? because no identity-based policy allows the (\S{1,100}) action'
)
_OF_LISTING: Final = "s3:ListBucket"
# A key that is nothing but made up: a role may be let to other keys alone.
_NO_KEY: Final = re.compile(rf"(?:{MARKER}|[\W\d_])*")
_NOT_FOUND: Final = frozenset({"ResourceNotFoundException", "NotFound", "NotFoundException", "ResourceNotFound"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """`operation` is empty where the runtime does not tell it."""

    code: str
    operation: str
    message: str

    @property
    def is_about_what_was_made_up(self) -> bool:
        return MARKER in self.message

    @property
    def is_busy(self) -> bool:
        return self.code in _BUSY

    @property
    def is_unknown(self) -> bool:
        """The platform does not know the operation, or takes nobody's credentials for it."""
        is_bare = self.code.isdecimal() and not self.message  # an HTTP status without a word of AWS's
        return self.code in _UNKNOWN or is_bare or "Unknown action" in self.message

    @property
    def is_refused(self) -> bool:
        return self.code in REFUSED and (self.is_of_a_right or not self.is_about_what_was_made_up)

    @property
    def is_of_a_key(self) -> bool:
        return self.operation in _OF_A_KEY and self.code == "AccessDenied" and not self.is_of_a_right

    @property
    def is_of_a_right(self) -> bool:
        """AWS says that the role lacks a right, and for what; whether or not a key in there was made up."""
        found = _LACKED.search(self.message)
        return found is not None and found[2] != _OF_LISTING and not _is_made_up(found[1])

    @property
    def is_missing(self) -> bool:
        """What the function is wired to is not there."""
        if self.is_about_what_was_made_up:
            return False
        of_wiring = self.operation in _WIRED or self.message.startswith(_WIRED_MESSAGES)
        return self.code in MISSING or (self.code in _NOT_FOUND and (of_wiring or bool(self.kept_by)))

    @property
    def kept_by(self) -> str:
        """The type of what is missing, where it is often made by hand and not by the stack."""
        by_message = next((kind for text, kind in _OUTSIDE_MESSAGES.items() if text in self.message), "")
        return _OUTSIDE.get(self.operation, by_message) or (
            "AWS::SSM::Parameter" * (self.code == "ParameterNotFound")
        )

    def is_of_another(self, types: Collection[str]) -> bool:
        """It is kept outside of a deployment that holds these types."""
        return bool(self.kept_by) and self.kept_by not in types

    @property
    def told(self) -> str:
        operation = f"{self.operation}: " if self.operation else ""
        return f"{operation}{self.code}: {self.message}" if self.message else f"{operation}{self.code}"


def refusal(raised: Raised) -> Refusal | None:
    """The AWS error that was raised, or that the message quotes; None when it is no such error."""
    if found := _BOTOCORE.search(raised.message):
        return Refusal(code=found[1], operation=found[2], message=found[3])
    name = raised.type
    if name in MISSING | REFUSED | _BUSY | _UNKNOWN | _NOT_FOUND or name.endswith("ServiceException"):
        return Refusal(code=name, operation=_node_operation(raised), message=raised.message)
    return None


def quoted(text: str) -> str:
    """The AWS error that a text holds in botocore's words, the last one; empty when it holds none."""
    found = list(_BOTOCORE.finditer(text))
    return found[-1][0] if found else ""


def _is_made_up(arn: str) -> bool:
    """What an ARN names; of an object, its bucket or the whole of its key."""
    bucket, _, key = arn.partition("/") if ":s3:::" in arn else (arn, "", "")
    return MARKER in bucket or bool(key and _NO_KEY.fullmatch(key))


def _node_operation(raised: Raised) -> str:
    """`GetItem` of de_GetItemCommandError, a frame of the AWS SDK for JavaScript v3."""
    for frame in raised.frames:
        if found := _NODE_OPERATION.search(frame.function):
            return found[1] or found[2]
    return ""
