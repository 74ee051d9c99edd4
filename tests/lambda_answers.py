"""What Lambda's runtimes answer when a function raises: AWS's own, and the embedded platform."""

from __future__ import annotations

from typing import Any

from deployer.sanity.answer import Answer


def python_error(kind: str, message: str, *lines: tuple[str, int, str, str]) -> Answer:
    """As AWS's Python runtime tells it; a line is (file, number, function, source)."""
    trace = [f'  File "{file}", line {number}, in {name}\n    {source}\n' for file, number, name, source in lines]
    payload = {"errorMessage": message, "errorType": kind, "requestId": "1", "stackTrace": trace}
    return Answer(payload=payload, function_error="Unhandled")


def raise_in_handler(kind: str, message: str, source: str = "") -> Answer:
    said = source or f"raise {kind}({message!r})"
    return python_error(kind, message, ("/var/task/app.py", 3, "handler", said))


def node_error(kind: str, message: str) -> Answer:
    trace = [f"{kind}: {message}", "    at Runtime.handler (file:///var/task/index.mjs:2:9)"]
    payload = {"errorType": kind, "errorMessage": message, "trace": trace}
    return Answer(payload=payload, function_error="Unhandled")


def platform_error(message: str, log: str = "", kind: str = "Runtime.HandlerError") -> Answer:
    """As the embedded platform tells it."""
    return Answer(payload={"errorMessage": message, "errorType": kind}, function_error="Unhandled", log=log)


def timed_out(seconds: str = "3.00") -> Answer:
    payload = {
        "errorType": "Sandbox.Timedout",
        "errorMessage": f"RequestId: 1 Error: Task timed out after {seconds} seconds",
    }
    return Answer(payload=payload, function_error="Unhandled")


def good(payload: Any = None) -> Answer:
    return Answer(payload=payload)


def response(status: Any = 200, body: Any = "{}", log: str = "") -> Answer:
    return Answer(payload={"statusCode": status, "body": body}, log=log)
