"""What usually helps against what CloudFormation, or a service behind it, says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployer.stack.stack import StackStatus

if TYPE_CHECKING:
    from deployer.stack.stack import Stack

_TYPE_UNKNOWN: Final = (
    r"unsupported resource type|Unrecognized resource type|not supported in this region|Resource type .* not ",
    "No such resource type is known here: its name may be misspelt, or AWS does not have it in this region. "
    "On the embedded platform it may be one that the emulator does not know.",
)
_CIRCLE: Final = (
    r"Circular dependency",
    "Resources refer to each other in a circle: take one of the references out of the template.",
)

# Our own words about templates are not meant to be found here.
_OF_A_TEMPLATE: Final = (_TYPE_UNKNOWN, _CIRCLE)
_OF_A_STACK: Final[tuple[tuple[str, str], ...]] = (
    _CIRCLE,
    (
        r"bucket name is not available|BucketAlreadyExists|requested bucket name",
        "Bucket names are shared by all accounts: leave the name out of the template, or choose another.",
    ),
    (
        r"already exists",
        "Something of that name exists outside of this stack: "
        "leave the name out of the template, or remove the other one.",
    ),
    (
        r"permissions? boundary",
        "Roles of deployed stacks need this application's permissions boundary, and cannot drop it.",
    ),
    (
        r"is not authorized to perform|AccessDenied|Access Denied|not authorized",
        "CloudFormation's service role may not do that: allow the service in this application's parameters, "
        "or leave the resource out.",
    ),
    (
        r"limit exceeded|LimitExceeded|quota|Maximum number of|TooManyBuckets|UnreservedConcurrentExecution",
        "The account has reached a limit: remove what is not needed, or ask AWS for more in Service Quotas.",
    ),
    (
        r"runtime parameter of .* is (?:no longer|not) supported|not supported.*runtime|at 'runtime' failed",
        "Lambda no longer takes that runtime: change Runtime in the template to one that it supports.",
    ),
    (
        r"did not receive a response from your custom resource|Failed to receive .* signal|"
        r"WaitCondition timed out|exceeded the maximum allowed time|failed to stabilize.*custom",
        "The code behind that resource did not answer: its own log group says why.",
    ),
    (
        r"could not unzip|unzipped size must be smaller|CodeStorageExceeded",
        "Lambda takes 250 MB unpacked: leave out what the function does not need.",
    ),
    (
        r"NoSuchKey|S3 Error Code|specified key does not exist|specified bucket does not exist",
        "The template refers to an object in S3 that is not there, or in another region.",
    ),
    (
        r"not empty",
        "It holds data that CloudFormation does not remove: empty it, then remove the deployment again.",
    ),
    (
        r"cannot be assumed|is unable to assume|trust relationship",
        "The service cannot assume that role: check AssumeRolePolicyDocument, or try again, since new roles "
        "take some seconds to be known everywhere.",
    ),
    (
        r"Throttling|Rate exceeded",
        "AWS asked to go slower: try again in a few minutes.",
    ),
    _TYPE_UNKNOWN,
    (
        r"Invalid request provided|InvalidRequest|Validation|Properties validation failed|Model validation failed",
        "The service refused a property of that resource: the message names it.",
    ),
    (
        r"dependent object",
        "Something else still uses it: remove that first.",
    ),
)


def way_out(stack: Stack) -> str:
    """What a person can do about a stack whose status allows no change.

    Source: AWS CloudFormation User Guide, "Continue rolling back an update" and "Delete stack fails".
    """
    match stack.status:
        case StackStatus.UPDATE_ROLLBACK_FAILED:
            command = f"aws cloudformation continue-update-rollback --stack-name {stack.name}"
            return f"mend what its events name, continue its rollback ({command}), then deploy again"
        case StackStatus.DELETE_FAILED:
            return (
                "its removal was begun and could not be finished: empty or free what its events name, remove the "
                "deployment again, then deploy; or give another stackName"
            )
        case StackStatus.IMPORT_ROLLBACK_FAILED:
            return (
                "somebody's import of resources failed: finish it in the CloudFormation console, then deploy again"
            )
    return "somebody else is changing it: deploy again when it has settled"


def hint_for(reason: str) -> str:
    """What usually helps against that reason; empty for one that is not known."""
    return _first(_OF_A_STACK, reason)


def hint_for_template(reason: str) -> str:
    """The same for a template that was refused before there was a stack."""
    return _first(_OF_A_TEMPLATE, reason)


def _first(hints: tuple[tuple[str, str], ...], reason: str) -> str:
    return next((hint for pattern, hint in hints if re.search(pattern, reason, re.IGNORECASE)), "")
