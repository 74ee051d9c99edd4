"""Whose fault an error is, by what it says of itself."""

from __future__ import annotations

import pytest

from deployer.sanity.blame import Fault, Setting, blame
from deployer.sanity.raised import Frame, Raised

SETTING = Setting(runtime="python3.13", variables=["TABLE"], types=["AWS::DynamoDB::Table"])


def fault(
    kind: str, message: str, at_init: bool = False, runtime: str = "python3.13", is_embedded: bool = False
) -> str:
    types = ["AWS::DynamoDB::Table"]
    setting = Setting(runtime=runtime, variables=["TABLE"], types=types, is_embedded=is_embedded)
    return blame(Raised(type=kind, message=message, at_init=at_init), setting).fault


def client_error(code: str, operation: str, message: str = "no") -> str:
    return fault("ClientError", f"An error occurred ({code}) when calling the {operation} operation: {message}")


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("Runtime.ImportModuleError", "Unable to import module 'app': No module named 'pandas'"),
        ("Runtime.ImportModuleError", "Unable to import module 'app': No module named 'a._b'"),
        ("Runtime.HandlerNotFound", "Handler 'handler' missing on module 'app'"),
        ("Runtime.UserCodeSyntaxError", "Syntax error in module 'app'"),
        ("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: exit status 1"),
        ("Runtime.ExitError", "RequestId: 1 Error: Runtime exited with error: signal: killed"),
        ("Runtime.InvalidEntrypoint", "no such file"),
        ("Runtime.MarshalError", "Unable to marshal response"),
        ("Extension.Crash", "gone"),
        ("NameError", "name 'x' is not defined"),
        ("ReferenceError", "x is not defined"),
        ("AttributeError", "module 'boto3' has no attribute 'clint'"),
        ("TypeError", "handler() takes 1 positional argument but 2 were given"),
        ("ModuleNotFoundError", "No module named 'pandas'"),
        ("KeyError", "'TABLE'"),
        ("Error", "Missing environment variable TABLE_NAME"),
        ("ParamValidationError", "Invalid type for parameter TableName, value: None, type: <class 'NoneType'>"),
    ],
)
def test_certain(kind: str, message: str) -> None:
    """Some errors say by themselves that no event would help."""
    assert fault(kind, message) == Fault.CERTAIN


def test_environ() -> None:
    """A KeyError of os.environ itself is a variable that is not there, whatever it is called."""
    frames = (Frame(file="<frozen os>", line=685, function="__getitem__"),)

    assert blame(Raised(type="KeyError", message="'X'", frames=frames), SETTING).fault == Fault.CERTAIN
    assert fault("KeyError", "'X'") == Fault.INPUT


@pytest.mark.parametrize(
    ("code", "operation"),
    [
        ("ResourceNotFoundException", "GetItem"),
        ("ResourceNotFoundException", "Invoke"),
        ("NoSuchBucket", "PutObject"),
        ("AWS.SimpleQueueService.NonExistentQueue", "SendMessage"),
        ("QueueDoesNotExist", "SendMessage"),
        ("NotFound", "Publish"),
        ("StateMachineDoesNotExist", "StartExecution"),
        ("AccessDeniedException", "PutItem"),
        ("AccessDenied", "ListObjectsV2"),
        ("KMSAccessDeniedException", "PutItem"),
    ],
)
def test_wiring(code: str, operation: str) -> None:
    """What it is wired to is missing, or refuses: certain, once AWS has spread what was deployed."""
    assert client_error(code, operation) == Fault.EVENTUAL


@pytest.mark.parametrize(
    ("code", "operation", "message"),
    [
        ("NoSuchKey", "GetObject", "The specified key does not exist."),
        ("AccessDenied", "GetObject", "Access Denied"),
        ("NoSuchBucket", "GetObject", "The bucket sanity-test does not exist"),
        ("AccessDeniedException", "PutItem", "not authorized on arn:aws:dynamodb:::table/sanity-test"),
        ("ValidationException", "PutItem", "One or more parameter values were invalid"),
        ("ConditionalCheckFailedException", "PutItem", "The conditional request failed"),
        ("ResourceNotFoundException", "DescribeJob", "no such job"),
        ("UserNotFoundException", "AdminGetUser", "no user"),
    ],
)
def test_made_up_names(code: str, operation: str, message: str) -> None:
    """What AWS says about a name that was made up is no fault."""
    assert client_error(code, operation, message) == Fault.INPUT


ROLE = "User: arn:aws:sts::123456789012:assumed-role/r/orders is not authorized to perform: "


def lacks(action: str, resource: str) -> str:
    operation = action.partition(":")[2]
    told = f'{ROLE}{action} on resource: "{resource}" because no identity-based policy allows the {action} action'
    return client_error("AccessDenied", operation.replace("ListBucket", "GetObject"), told)


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", "arn:aws:s3:::photos/sanity-test.jpg"),
        ("s3:GetObject", "arn:aws:s3:::photos/settings.json"),
        ("s3:PutObject", "arn:aws:s3:::photos/small/sanity-test"),
        ("s3:DeleteObject", "arn:aws-cn:s3:::photos/incoming/sanity-test"),
    ],
)
def test_right_that_a_role_lacks(action: str, resource: str) -> None:
    """AWS says which right is missing: it is, whatever the object's key was made of."""
    assert lacks(action, resource) == Fault.EVENTUAL


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:ListBucket", "arn:aws:s3:::photos"),
        ("s3:GetObject", "arn:aws:s3:::sanity-test/photo.jpg"),
        ("s3:GetObject", "arn:aws:s3:::photos/sanity-test"),
        ("s3:GetObject", "arn:aws:s3:::photos/sanity-test/1"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:123456789012:table/sanity-test"),
    ],
)
def test_right_that_a_role_may_do_without(action: str, resource: str) -> None:
    """Who may not list is told so of a key that is not there; and nobody needs a right to what was made up."""
    assert lacks(action, resource) == Fault.INPUT


def test_node_sdk() -> None:
    """The AWS SDK for JavaScript gives the code as the error's class; the operation stands in its frames."""
    frames = (Frame(file="/var/task/index.js", line=1, function="de_GetItemCommandError"),)
    missing = Raised(type="ResourceNotFoundException", message="none", frames=frames)

    assert blame(missing, SETTING).fault == Fault.EVENTUAL
    assert fault("ResourceNotFoundException", "Requested resource not found") == Fault.EVENTUAL
    assert fault("ResourceNotFoundException", "whatever") == Fault.INPUT


def test_kept_elsewhere() -> None:
    """A secret that the stack does not make is kept by somebody else; one that it makes is missing."""
    message = "An error occurred (ResourceNotFoundException) when calling the GetSecretValue operation: none"
    secret = Raised(type="ResourceNotFoundException", message=message)
    with_secret = Setting(runtime="", variables=[], types=["AWS::SecretsManager::Secret"])

    assert blame(secret, SETTING).fault == Fault.ELSEWHERE
    assert blame(secret, with_secret).fault == Fault.EVENTUAL


@pytest.mark.parametrize(
    ("kind", "message", "at_init"),
    [
        ("ConnectTimeoutError", "Connect timeout on endpoint URL", False),
        ("Error", "getaddrinfo ENOTFOUND api.example.com", False),
        ("TypeError", "fetch failed", False),
        ("ClientError", "An error occurred (UnknownOperationException) when calling the X operation: ", False),
        ("ClientError", "An error occurred (400) when calling the DetectSentiment operation: ", False),
    ],
)
def test_elsewhere(kind: str, message: str, at_init: bool) -> None:
    """What is not there from here says nothing of what was deployed."""
    assert fault(kind, message, at_init) == Fault.ELSEWHERE


IMPORT = "Runtime.ImportModuleError"


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        (IMPORT, "Cannot find package '@aws-sdk/client-s3'"),
        (IMPORT, "MiniStack local executor has no stub for '@aws-sdk/client-s3'; bundle it"),
        (IMPORT, "Cannot find module '/opt/nodejs/config.mjs' imported from /code/app.mjs"),
        (IMPORT, "No module named 'pydantic_core._pydantic_core'"),
        (IMPORT, "libpq.so.5: cannot open shared object file: No such file or directory"),
        (IMPORT, "/var/task/bcrypt_lib.node: invalid ELF header"),
    ],
)
def test_what_the_embedded_platform_lacks(kind: str, message: str) -> None:
    """There it says nothing of what was deployed; on AWS it is a package without what it needs."""
    assert fault(kind, message, True, is_embedded=True) == Fault.ELSEWHERE
    assert fault(kind, message, True) == Fault.CERTAIN


def test_runtime_of_the_embedded_platform() -> None:
    """What its own code says, no function's code says."""
    ended = ("RuntimeError", "Worker process exited immediately. stderr: ")
    docker = ("Runtime.DockerUnavailable", "Docker is required to invoke Lambda functions")
    path = ("TypeError", "expected str, bytes or os.PathLike object, not NoneType")

    assert fault(*docker, is_embedded=True) == fault(*path, is_embedded=True) == Fault.ELSEWHERE
    assert fault(*path) == Fault.INPUT
    assert fault(*ended, is_embedded=True) == Fault.BUSY


def test_sdk_of_the_runtime() -> None:
    """The second SDK came with Node.js 16, and does not come with later ones; here it comes with none."""
    message = "Cannot find module 'aws-sdk'"

    assert fault(IMPORT, message, True, "nodejs16.x", is_embedded=True) == Fault.ELSEWHERE
    assert fault(IMPORT, message, True, "nodejs22.x", is_embedded=True) == Fault.CERTAIN


@pytest.mark.parametrize(
    ("kind", "message", "expected"),
    [
        ("Sandbox.Timedout", "RequestId: 1 Error: Task timed out after 3.00 seconds", Fault.SLOW),
        ("", "2026-01-01T00:00:00Z 1 Task timed out after 3.00 seconds", Fault.SLOW),
        ("ThrottlingException", "Rate exceeded", Fault.BUSY),
        ("", "'TABLE_NAME_OF_NOBODY'", Fault.UNCLEAR),
        ("RuntimeError", "boom", Fault.UNCLEAR),
        ("ZeroDivisionError", "division by zero", Fault.UNCLEAR),
        ("OrderFailed", "boom", Fault.UNCLEAR),
        ("RuntimeError", "orderId is required", Fault.INPUT),
        ("Error", "Failed to process the order", Fault.INPUT),
        ("ValueError", "boom", Fault.INPUT),
        ("JSONDecodeError", "Expecting value: line 1 column 1 (char 0)", Fault.INPUT),
        ("TypeError", "Cannot read properties of undefined (reading 'id')", Fault.INPUT),
        ("ZodError", "[]", Fault.INPUT),
        ("InvalidOrder", "boom", Fault.INPUT),
    ],
)
def test_words_and_classes(kind: str, message: str, expected: Fault) -> None:
    """Classes that look at input, and the words of the plain ones, tell what may be the event's."""
    assert fault(kind, message) == expected


def test_start() -> None:
    """What fails before there is an event is no event's fault."""
    assert fault("", "'TABLE_2'", at_init=True) == Fault.CERTAIN


def test_cause() -> None:
    """What another error hid says more than the one that was raised."""
    cause = Raised(type="ConnectionError", message="refused")

    assert blame(Raised(type="NameError", message="name 'x' is not defined", cause=cause), SETTING).fault == (
        Fault.ELSEWHERE
    )
