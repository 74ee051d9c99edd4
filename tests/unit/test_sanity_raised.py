"""What a function raised, out of what the runtimes tell."""

from __future__ import annotations

import pytest
from tests.lambda_answers import node_error, platform_error, python_error

from deployer.sanity.raised import Raised, from_answer, from_log

PLATFORM_LOG = """reading
Traceback (most recent call last):
  File "/tmp/x/code/app.py", line 4, in handler
    order = event["order"]
            ~~~~~^^^^^^^^^
KeyError: 'order'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/tmp/x/_worker.py", line 128, in run
    result = handler_fn(event, context)
             ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/tmp/x/code/app.py", line 6, in handler
    raise shop.errors.OrderFailed("no luck")
shop.errors.OrderFailed: no luck
"""


def raised(answer: object) -> Raised:
    return from_answer(answer.payload, answer.log)  # type: ignore[attr-defined]


def test_python() -> None:
    """AWS's Python runtime tells each frame with its source line, the deepest last."""
    found = raised(
        python_error(
            "KeyError",
            "'id'",
            ("/var/task/app.py", 9, "handler", "return read(event)"),
            ("/var/task/app.py", 4, "read", "return event['id']"),
        )
    )

    assert (found.type, found.message, found.told) == ("KeyError", "'id'", "KeyError: 'id'")
    assert found.deepest and (found.deepest.line, found.deepest.source) == (4, "return event['id']")
    assert not found.is_explicit


def test_node() -> None:
    """Node.js tells its stack."""
    found = raised(node_error("TypeError", "x is not iterable"))

    assert found.deepest and found.deepest.file == "file:///var/task/index.mjs" and found.deepest.line == 2


def test_platform() -> None:
    """The embedded platform tells the message alone: class and lines come from the log, and so does the cause."""
    found = raised(platform_error("no luck", PLATFORM_LOG))

    assert (found.type, found.message) == ("OrderFailed", "no luck")
    assert found.is_explicit
    assert found.cause and found.cause.told == "KeyError: 'order'"


def test_platform_node() -> None:
    """A stack in the log has the class, even one that a bundler renamed."""
    log = "starting\nH: connect ECONNREFUSED\n    at Socket.emit (node:events:524:28)\n"

    found = raised(platform_error("connect ECONNREFUSED", log))

    assert (found.type, found.message) == ("H", "connect ECONNREFUSED")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("No module named 'pandas'", "Runtime.ImportModuleError"),
        ("Cannot find module './gone'", "Runtime.ImportModuleError"),
        ("module 'app' has no attribute 'handler'", "Runtime.HandlerNotFound"),
        ("'TABLE'", ""),
    ],
)
def test_platform_start(message: str, kind: str) -> None:
    """What fails before any event is looked at is told apart."""
    found = raised(platform_error(f"Worker init failed: {message}", kind="RuntimeError"))

    assert (found.type, found.message, found.at_init) == (kind, message, True)


def test_rejection() -> None:
    """A promise that nobody caught holds an ordinary error."""
    found = raised(node_error("Runtime.UnhandledPromiseRejection", "TypeError: no order"))

    assert (found.type, found.message) == ("TypeError", "no order")


def test_log_of_something_else() -> None:
    """An exception that was logged before is not the one that was raised."""
    found = raised(platform_error("boom", "Traceback (most recent call last):\nValueError: handled\n"))

    assert found.message == "boom"
    assert from_log("nothing wrong") is None


def test_signature() -> None:
    """Times and ids in a message do not make it another error; another line does."""
    one = raised(python_error("Error", "request 1234", ("/var/task/a.py", 3, "f", "x")))
    same = raised(python_error("Error", "request 5678", ("/var/task/a.py", 3, "f", "x")))
    other = raised(python_error("Error", "request 1234", ("/var/task/a.py", 4, "f", "x")))

    assert one.signature == same.signature != other.signature


def test_library() -> None:
    """A raise inside of a library is none of the function's own."""
    source = "raise JSONDecodeError('Expecting value', s, err.value) from None"
    found = raised(
        python_error("JSONDecodeError", "x", ("/var/lang/lib/python3.13/json/decoder.py", 355, "f", source))
    )

    assert not found.is_explicit


def test_endless_message() -> None:
    """Of what is told only the beginning is read: a stranger says how long it is."""
    found = from_answer({"errorType": "E" * 100_000, "errorMessage": "a." * 100_000}, "")

    assert (len(found.type), found.message) == (200, "a." * 2048)


def test_odd_payload() -> None:
    """A payload that is no object is the message."""
    assert from_answer("out of order", "").message == "out of order"
    assert from_answer({"errorType": None, "stackTrace": "none", "trace": 1}, "").frames == ()
