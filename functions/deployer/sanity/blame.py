"""Whose fault it is that a function raises: its code's, its surroundings', or perhaps the payload's.

An error is the payload's when its class and words are those of looking at input: then other payloads are tried.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from deployer.sanity.aws_refusal import refusal

if TYPE_CHECKING:
    from collections.abc import Collection

    from deployer.sanity.aws_refusal import Refusal
    from deployer.sanity.raised import Raised


class Fault(StrEnum):
    CERTAIN = "certain"  # whatever the payload is
    EVENTUAL = "eventual"  # certain, unless AWS has not yet spread what was just deployed
    BUSY = "busy"  # asked again, it may go well
    SLOW = "slow"  # out of time
    ELSEWHERE = "elsewhere"  # outside of what was deployed, or the platform's
    INPUT = "input"  # looks like the payload's
    UNCLEAR = "unclear"  # nothing points to the payload


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    fault: Fault
    reason: str


_RUNTIME: Final = {
    "Runtime.HandlerNotFound": "the code has no such handler",
    "Runtime.ImportModuleError": "the code cannot be loaded",
    "Runtime.InvalidEntrypoint": "the entry point cannot be started",
    "Runtime.InvalidTaskConfig": "the image's configuration is invalid",
    "Runtime.MalformedHandlerName": "the handler's name is malformed",
    "Runtime.MarshalError": "the answer cannot be written as JSON",
    "Runtime.UserCodeSyntaxError": "the code has a syntax error",
}
_SLOW: Final = re.compile(r"Task timed out after [\d.]{1,20} seconds", re.IGNORECASE)
_MEMORY: Final = re.compile(r"signal: killed|Runtime\.OutOfMemory|MemoryError|heap out of memory", re.IGNORECASE)
_EXIT: Final = re.compile(r"Runtime\.ExitError|Runtime\.NodeJsExit|Worker process died|Runtime exited")
# What the embedded platform lacks. On AWS the same words tell of a library, layer or package that is not there.
_PLATFORM: Final = re.compile(
    r"Runtime\.Docker|Failed to resolve layer|Failed to extract layer|Unsupported runtime|No JSON init response"
    r"|invalid ELF header|Exec format error|cannot open shared object file|Unable to locate credentials"
    r"|security token included in the request is invalid|Lambda RIE"
    r"|^TypeError: expected str, bytes or os\.PathLike object, not \w+$|['\"]/opt/"
)
# The embedded platform runs all Python code by its own interpreter: what is compiled, or written, for a newer one
# does not load there. Lambda's own words begin with "Unable to import module".
_NOT_THERE: Final = re.compile(
    r"^(?:No module named '[\w.]{1,200}\._\w+'|f-string"
    r"|cannot import name '\w+' from '(?:typing|datetime|enum)')"
)
# What the runtime itself brings ("Runtime-included SDK versions", Lambda Developer Guide).
_SDK_3: Final = re.compile(r"(?:Cannot find (?:module|package)|executor has no stub for) '(?:@aws-sdk|@smithy)/")
_SDK_2: Final = re.compile(r"Cannot find (?:module|package) 'aws-sdk['/]")
_OF_SDK_2: Final = re.compile(r"nodejs(?:4|6|8|10|12|14|16)\b")
# A process of the embedded platform that was ended while it started, as when the code is replaced meanwhile.
_ENDED: Final = re.compile(r"Worker process exited immediately\. stderr: *$")
_NETWORK: Final = re.compile(
    r"ConnectTimeout|ReadTimeout|EndpointConnectionError|Could not connect to the endpoint|HTTPS?ConnectionPool"
    r"|NewConnectionError|MaxRetryError|URLError|gaierror|ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN"
    r"|EHOSTUNREACH|Name or service not known|Temporary failure in name resolution|fetch failed|FetchError"
    r"|CERTIFICATE_VERIFY_FAILED|SSLError|socket hang up|Connection refused|Connection timed out|ConnectionError"
    r"|getaddrinfo|Network is unreachable|No route to host|EndpointError|unreachable"
)
_NAMES: Final = re.compile(
    r"^name '\w+' is not defined|^\w+ is not defined$|^cannot access (?:local|free) variable|^local variable '"
    r"|^module '[\w.]+' has no attribute '|^require is not defined|before initialization$|before assignment$"
)
_CALLED: Final = re.compile(r"\(\) (?:takes|missing) .{0,80}positional argument")
_ENVIRONMENT: Final = re.compile(
    r"environment[ _-]?variable|env(?:ironment)? var|process\.env|os\.environ", re.IGNORECASE
)
_NO_NAME: Final = re.compile(
    r"parameter (?:TableName|QueueUrl|TopicArn|stateMachineArn|StreamName|SecretId), value: None"
    r"|(?:Value null at|Missing required key) '(?:[tT]ableName|QueueUrl|TopicArn|stateMachineArn|StreamName)'"
    r"|No value provided for input HTTP label: (?:QueueUrl|TableName)"
)
_INPUT_TYPES: Final = re.compile(
    r"(?:^|\.)(?:Key|Index|Type|Attribute|Value|Lookup|Range|Syntax|Unicode|Assertion|Overflow|URI|ClientError"
    r"|binascii|Zod|Yup|Joi|Http|S3)?Error$|Validation|Invalid|Decode|Parse|Pars|Schema|NotFound|Missing|BadRequest"
    r"|Unauthorized|Forbidden|Unprocessable|NoSuch|Jwt|JWT|Token|Conflict|Exists|InputError|UserNot|Username"
)
_PLAIN_TYPES: Final = {"Error", "Exception", "RuntimeError"}
_INPUT_WORDS: Final = re.compile(
    r"missing|require|invalid|\bmust\b|expect|unsupported|not supported|unknown|unrecogni[sz]ed|not found|no such"
    r"|not (?:a valid|valid|provided|allowed|specified|present|set|exist|an?\b)|does(?: not|n't) exist"
    r"|\bno \w+ (?:provided|found|specified|given|in)|provide|empty|malformed|bad request|pars|undefined|null"
    r"|\bNone\b|unauthori[sz]ed|forbidden|denied|payload|\binput|\bevent\b|\bbody\b|not match|format",
    re.IGNORECASE,
)
_WRAPPED: Final = re.compile(
    r"fail(?:ed|ure)? (?:to|while|when|in|during|at|for)\b|could(?: not|n't)|unable to|can(?:not|'t)|went wrong"
    r"|\berror (?:\w+ )?(?:\w+ing|while|when|in|on|during|at|from)\b|something|error occurred"
    r"|internal (?:server )?error",
    re.IGNORECASE,
)
_NATIVE_NODE: Final = re.compile(
    r"Cannot (?:read|set|destructure|convert)|is not (?:a function|iterable|an object|valid JSON)"
    r"|Unexpected (?:token|end)|The \"\w+\" argument must|Received |is not a constructor|URI malformed"
    r"|Invalid (?:array|Date|string|time)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`variables` are the names in the function's environment by its template; `types` those of the deployment;
    `is_embedded` tells the embedded platform from AWS."""

    runtime: str
    variables: Collection[str]
    types: Collection[str]
    is_embedded: bool = False


def blame(raised: Raised, setting: Setting) -> Blame:
    told = raised.told
    if raised.cause and (before := blame(raised.cause, setting)).fault is not Fault.UNCLEAR:
        return before
    for found in (
        _of_runtime(raised, setting),
        _of_aws(refusal(raised), setting.types),
        _of_code(raised, setting),
    ):
        if found:
            return found
    if _NETWORK.search(told):
        return Blame(fault=Fault.ELSEWHERE, reason=f"it calls what cannot be reached from here: {told}")
    if raised.at_init:
        return Blame(fault=Fault.CERTAIN, reason=f"it fails while it starts: {told}")
    is_input = is_like_input(raised)
    return Blame(fault=Fault.INPUT if is_input else Fault.UNCLEAR, reason=told)


def is_like_input(raised: Raised) -> bool:
    """Its class says that input was looked at; of the plain classes, its words."""
    if raised.type in _PLAIN_TYPES or not raised.type:
        return speaks_of_input(raised)
    return bool(_INPUT_TYPES.search(raised.type))


def speaks_of_input(raised: Raised) -> bool:
    """The words of somebody who looks at input, or who hides another error behind this one."""
    return bool(_INPUT_WORDS.search(raised.message) or _WRAPPED.search(raised.message))


def is_native(raised: Raised) -> bool:
    """The language itself raised it: no `throw` of the function's own."""
    return bool(_NATIVE_NODE.search(raised.message))


def _of_runtime(raised: Raised, setting: Setting) -> Blame | None:
    told = raised.told
    if _SLOW.search(told) or raised.type == "Sandbox.Timedout":
        return Blame(fault=Fault.SLOW, reason=_sentence(told))
    if setting.is_embedded and _ENDED.search(told):
        return Blame(fault=Fault.BUSY, reason=told)
    if setting.is_embedded and _is_of_the_platform(raised, setting.runtime):
        return Blame(fault=Fault.ELSEWHERE, reason=f"the platform cannot run it: {told}")
    if raised.type in _RUNTIME:
        return Blame(fault=Fault.CERTAIN, reason=f"{_RUNTIME[raised.type]}: {raised.message}")
    if _MEMORY.search(told):
        return Blame(fault=Fault.CERTAIN, reason=f"it runs out of memory: {told}")
    if _EXIT.search(told):
        return Blame(fault=Fault.CERTAIN, reason=f"it ends without an answer: {told}")
    if raised.type.startswith("Extension."):
        return Blame(fault=Fault.CERTAIN, reason=f"an extension fails: {told}")
    return None


def _is_of_the_platform(raised: Raised, runtime: str) -> bool:
    """The code would load where the runtime is the one that it was written for."""
    message = raised.message
    lacks_sdk = _SDK_3.search(message) or (_SDK_2.search(message) and _OF_SDK_2.match(runtime))
    return bool(_PLATFORM.search(raised.told) or (raised.at_init and (lacks_sdk or _NOT_THERE.match(message))))


def _of_aws(found: Refusal | None, types: Collection[str]) -> Blame | None:
    if found is None:
        return None
    if found.is_unknown:
        return Blame(fault=Fault.ELSEWHERE, reason=f"the platform cannot do what it asks for: {found.told}")
    if found.is_busy:
        return Blame(fault=Fault.BUSY, reason=found.told)
    if found.is_missing and found.is_of_another(types):
        reason = f"it needs what this deployment does not make: {found.told}"
        return Blame(fault=Fault.ELSEWHERE, reason=reason)
    if found.is_missing:
        return Blame(fault=Fault.EVENTUAL, reason=f"what it is wired to is missing: {found.told}")
    if found.is_refused and not found.is_of_a_key:
        return Blame(fault=Fault.EVENTUAL, reason=f"it is refused what it needs: {found.told}")
    return Blame(fault=Fault.INPUT, reason=found.told)


def _of_code(raised: Raised, setting: Setting) -> Blame | None:
    told = raised.told
    if raised.type in {"ImportError", "ModuleNotFoundError", "NameError", "UnboundLocalError", "ReferenceError"}:
        return Blame(fault=Fault.CERTAIN, reason=told)
    if _NAMES.search(raised.message) or (_CALLED.search(raised.message) and not raised.frames):
        return Blame(fault=Fault.CERTAIN, reason=told)
    if missing := _missing_variable(raised, setting.variables):
        return Blame(fault=Fault.CERTAIN, reason=f"it finds no {missing} in its environment: {told}")
    return None


def _missing_variable(raised: Raised, variables: Collection[str]) -> str:
    """What the function looked for in its environment in vain."""
    name = raised.message.strip("'\"")
    if raised.type == "KeyError" and _is_of_environ(raised):
        return name
    if raised.type == "KeyError" and name in variables:
        return name
    if _ENVIRONMENT.search(raised.message):
        return "variable that it needs"
    return "name of what it calls" if _NO_NAME.search(raised.message) else ""


def _is_of_environ(raised: Raised) -> bool:
    """The deepest line is os.environ's own, as os.py has it."""
    at = raised.deepest
    return at is not None and at.function == "__getitem__" and at.file.endswith(("/os.py", "<frozen os>"))


def _sentence(told: str) -> str:
    found = _SLOW.search(told)
    return found[0] if found else told
