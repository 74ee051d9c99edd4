"""CloudFormation's refusals in our words: the one border at which its errors are translated."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError, HTTPClientError

from deployer.errors import (
    ChangeSetFailed,
    CloudFormationUnavailable,
    DeployerError,
    ParametersInvalid,
    StackGone,
    StackNotReady,
    TemplateInvalid,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_LATER: Final = frozenset(
    {
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
        "RequestThrottled",
        "InternalFailure",
        "InternalError",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
# The message decides: nearly all that CloudFormation refuses has the code ValidationError.
_BY_MESSAGE: Final[tuple[tuple[re.Pattern[str], type[DeployerError]], ...]] = (
    (re.compile(r"^(?:Stack|Stack with id) .*does not exist|^Stack \[.*\] does not exist"), StackGone),
    (
        re.compile(
            r"state and can ?not be|cannot be deleted while|cannot be called from|TerminationProtection"
            r"|is imported by|_IN_PROGRESS state"
        ),
        StackNotReady,
    ),
    (
        re.compile(r"^Parameter|^Invalid template parameter|parameter value|Unable to fetch parameters"),
        ParametersInvalid,
    ),
    (
        re.compile(r"^Template |Template format error|Template error|Invalid template|Circular dependency"),
        TemplateInvalid,
    ),
)


@contextmanager
def translated() -> Iterator[None]:
    """Raises what CloudFormation refuses as one of ours.

    Raises:
        CloudFormationUnavailable: it throttled us after boto3's own retries, or did not answer.
        StackGone, StackNotReady, ParametersInvalid, TemplateInvalid: by its message.
        ChangeSetFailed: any other refusal of what was asked, with its words.
        ClientError: what is about us and not about the stack, such as a missing permission.
    """
    try:
        yield
    except HTTPClientError as error:
        raise CloudFormationUnavailable(f"CloudFormation did not answer: {error}") from error
    except ClientError as error:
        translation = _translation(error)
        if translation is None:
            raise
        raise translation from error


def code_of(error: ClientError) -> str:
    """The error's code without the `Exception` that some of them end with."""
    return str(error.response["Error"].get("Code", "")).removesuffix("Exception")


def _translation(error: ClientError) -> DeployerError | None:
    message = str(error.response["Error"].get("Message", ""))
    code = error.response["Error"].get("Code", "")
    if code in _LATER:
        return CloudFormationUnavailable(f"CloudFormation asks to wait: {message or code}")
    if code_of(error) in {
        "ChangeSetNotFound",
        "InvalidChangeSetStatus",
        "InsufficientCapabilities",
        "LimitExceeded",
    }:
        return ChangeSetFailed(message)
    if code_of(error) in {"ValidationError", "AlreadyExists"}:
        return _by_message(message)
    return None


def _by_message(message: str) -> DeployerError:
    for pattern, cls in _BY_MESSAGE:
        if pattern.search(message):
            return cls(message)
    return ChangeSetFailed(message)
