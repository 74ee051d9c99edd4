"""A plain Lambda project: a folder with a handler and no template, and the template that is made for it."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deployer.project.handler import NODE_FILES, PYTHON_FILES, node_handler, python_handler
from deployer.project.runtime import node_runtime, python_runtime

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_RETENTION_DAYS: Final = 14
_TIMEOUT_SECONDS: Final = 30
_MEMORY_MB: Final = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainLambda:
    """`handler` as Lambda takes it (`index.handler`), `runtime` (`nodejs24.x`), and the sentences that say why."""

    handler: str
    runtime: str
    evidence: tuple[str, ...]

    def template(self) -> dict[str, Any]:
        """A function of the project's folder, a role that may write its log and no more, and the log group."""
        return {
            "AWSTemplateFormatVersion": "2010-09-09",
            "Description": f"One Lambda function: {self.handler} on {self.runtime}",
            "Resources": {
                "FunctionLogGroup": _LOG_GROUP,
                "FunctionRole": _ROLE,
                "Function": {"Type": "AWS::Lambda::Function", "Properties": self._function()},
            },
            "Outputs": {
                "FunctionName": {"Value": {"Ref": "Function"}},
                "FunctionArn": {"Value": {"Fn::GetAtt": ["Function", "Arn"]}},
            },
        }

    def _function(self) -> dict[str, Any]:
        return {
            "Code": ".",
            "Handler": self.handler,
            "Runtime": self.runtime,
            "Architectures": ["x86_64"],
            "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
            "Timeout": _TIMEOUT_SECONDS,
            "MemorySize": _MEMORY_MB,
            "LoggingConfig": {"LogGroup": {"Ref": "FunctionLogGroup"}},
        }


_LOG_GROUP: Final[dict[str, Any]] = {
    "Type": "AWS::Logs::LogGroup",
    "Properties": {"RetentionInDays": _RETENTION_DAYS},
}
_ROLE: Final[dict[str, Any]] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        },
        "Policies": [
            {
                # What the managed AWSLambdaBasicExecutionRole allows on every log group, on this one.
                "PolicyName": "WriteLog",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": {"Fn::GetAtt": ["FunctionLogGroup", "Arn"]},
                        }
                    ],
                },
            }
        ],
    },
}


def find_plain_lambda(texts: Mapping[str, str], folder: str) -> PlainLambda | None:
    """The plain Lambda project in the folder, Node.js before Python; None when no file there holds a handler.

    Raises RuntimeUnsupported when it asks for a version that Lambda does not run.
    """
    for name in _handler_files(texts, folder):
        path = posixpath.join(folder, name)
        is_python = name.endswith(".py")
        function = python_handler(texts[path]) if is_python else node_handler(texts[path])
        if function:
            runtime, reason = (python_runtime if is_python else node_runtime)(texts, folder)
            handler = f"{name.rpartition('.')[0]}.{function}"
            return PlainLambda(
                handler=handler, runtime=runtime, evidence=(f"{path} has the handler {function}", reason)
            )
    return None


def _handler_files(texts: Collection[str], folder: str) -> list[str]:
    """The files in the folder that may hold the handler, the likeliest first; JavaScript needs a package.json."""
    node = NODE_FILES if posixpath.join(folder, "package.json") in texts else ()
    return [name for name in (*node, *PYTHON_FILES) if posixpath.join(folder, name) in texts]


def without_handler(texts: Collection[str], folder: str) -> list[str]:
    """The paths in the folder that are named as if they held a handler, for a message."""
    return [posixpath.join(folder, name) for name in _handler_files(texts, folder)]


def without_package(texts: Mapping[str, str], folder: str) -> list[str]:
    """The JavaScript in the folder that exports a handler, and is no project for want of a package.json."""
    if posixpath.join(folder, "package.json") in texts:
        return []
    paths = (posixpath.join(folder, name) for name in NODE_FILES)
    return [path for path in paths if path in texts and node_handler(texts[path])]
