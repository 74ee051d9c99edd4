"""What a function raised, as Lambda's runtimes tell it: a type, a message, and the lines that it went through.

Python gives `stackTrace`, a list with the source line of each frame; Node.js gives `trace`, its stack. The
embedded platform gives the message alone, and the trace in the log. Sources: "Function errors" of the Lambda
Developer Guide; awslambdaric's lambda_runtime_exception.py; Errors.js of Node.js's runtime interface client.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PYTHON_FRAME: Final = re.compile(
    r'^\s*File "(?P<file>[^"\n]{1,500})", line (?P<line>\d{1,7}), in (?P<function>[^\n]{1,200})'
    r"(?:\n[ ]{2,}(?!File )(?P<source>[^\n]{0,500}))?",
    re.MULTILINE,
)
_NODE_FRAME: Final = re.compile(
    r"^\s{1,9}at (?:(?P<function>[^\n(]{1,200}) \()?(?P<file>[^\n()]{1,500}):(?P<line>\d{1,7}):\d{1,7}\)?$",
    re.MULTILINE,
)
_TRACEBACK: Final = "Traceback (most recent call last):"
_CHAINED: Final = (
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
)
_TYPED: Final = re.compile(r"^(?:Uncaught )?([A-Za-z_][\w.$]{0,150})(?:: |$|:$)([^\n]{0,2000})", re.MULTILINE)
_NODE_HEAD: Final = re.compile(  # a minified class may be called anything
    r"(?:^|[\t ])([A-Za-z_$][\w.$]{0,100})(?: \[\w{1,80}\])?: ([^\n]{0,2000})\n\s{2,9}at ", re.MULTILINE
)
_MAX_TYPE: Final = 200
_MAX_MESSAGE: Final = 4096
_INIT: Final = "Worker init failed: "
_PLATFORM_TYPES: Final = {"Runtime.HandlerError", "RuntimeError", "Runtime.Unknown"}
_LIBRARIES: Final = (
    "/site-packages/",
    "/lib/python",
    "/var/runtime/",
    "/var/lang/",
    "<frozen",
    "<string>",
    "node:",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    file: str
    line: int
    function: str
    source: str = ""  # the line's text, where it is told

    @property
    def is_library(self) -> bool:
        return any(part in self.file for part in _LIBRARIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """`message` is its beginning, 4 KB at most. `at_init`: before any event was looked at. `cause` is what it was
    raised from."""

    type: str
    message: str
    frames: tuple[Frame, ...] = ()
    at_init: bool = False
    cause: Raised | None = None
    is_foretold: bool = True  # by a runtime; otherwise read out of an answer or a log

    @property
    def deepest(self) -> Frame | None:
        return self.frames[-1] if self.frames else None

    @property
    def is_explicit(self) -> bool:
        """The function's own code says `raise`; known where the source line is told."""
        at = self.deepest
        return at is not None and not at.is_library and at.source.lstrip().startswith("raise ")

    @property
    def signature(self) -> tuple[str, str, int]:
        """The same for the same fault, whatever the payload."""
        own = [frame.line for frame in self.frames if not frame.is_library]
        return self.type, _without_ids(self.message), own[-1] if own else 0

    @property
    def told(self) -> str:
        return f"{self.type}: {self.message}" if self.type and self.message else self.type or self.message


def from_answer(payload: Any, log: str) -> Raised:
    """What was raised, out of the payload that Lambda gives with a function error, and the log's tail."""
    given = payload if isinstance(payload, dict) else {"errorMessage": str(payload)}
    kind = str(given.get("errorType") or "")[:_MAX_TYPE]
    message = str(given.get("errorMessage") or "")[:_MAX_MESSAGE]
    if kind in _PLATFORM_TYPES and message.startswith(_INIT):
        return _init_failure(message.removeprefix(_INIT))
    if kind in _PLATFORM_TYPES and (told := from_log(log, message)):
        return told
    wrapping = {"Runtime.UnhandledPromiseRejection", "Runtime.HandlerError"}
    if kind in wrapping and (inner := _TYPED.match(message)) and inner[2]:
        kind, message = inner[1], inner[2]
    return Raised(type=kind, message=message, frames=_frames(given), at_init=kind.startswith("Runtime.Import"))


def from_log(log: str, message: str = "") -> Raised | None:
    """The last exception in a log; with `message`, only one that says the same."""
    found = _python(log) or _node(log)
    return found if found and (not message or _same(found.message, message)) else None


def _same(told: str, message: str) -> bool:
    first = message.strip().splitlines()[0] if message.strip() else ""
    return not first or not told or first[:200] in told or told[:200] in message


def _python(log: str) -> Raised | None:
    """The last traceback; those that it came of are its causes."""
    *before, last = log.split(_TRACEBACK)
    if not before:
        return None
    cause = None
    for number, block in enumerate(before[1:], 1):
        chained = any(phrase in block for phrase in _CHAINED)
        cause = _traceback(block, cause if number > 1 else None) if chained else None
    return _traceback(last, cause)


def _traceback(text: str, cause: Raised | None) -> Raised | None:
    frames = tuple(_python_frames(text))
    tail = text[text.rfind('File "') :] if frames else text
    head = next((found for found in _TYPED.finditer(tail) if "." in found[1] or found[1][0].isupper()), None)
    if head is None:
        return None
    return Raised(type=head[1].rpartition(".")[2], message=head[2], frames=frames, cause=cause)


def _node(log: str) -> Raised | None:
    heads = list(_NODE_HEAD.finditer(log))
    if not heads:
        return None
    return Raised(type=heads[-1][1], message=heads[-1][2], frames=tuple(_node_frames(log[heads[-1].start() :])))


def _init_failure(message: str) -> Raised:
    """The embedded platform gives the message alone: the type follows from it."""
    missing = ("No module named", "cannot import name", "Cannot find module", "Cannot find package")
    if message.startswith(missing):
        return Raised(type="Runtime.ImportModuleError", message=message, at_init=True)
    if re.match(r"module '[^']*' has no attribute '[^']*'$|.*is not a function$|Handler .*", message):
        return Raised(type="Runtime.HandlerNotFound", message=message, at_init=True)
    return Raised(type="", message=message, at_init=True)


def _frames(given: Mapping[str, Any]) -> tuple[Frame, ...]:
    python, node = given.get("stackTrace"), given.get("trace")
    if isinstance(python, list):
        return tuple(frame for each in python for frame in _python_frames(str(each)))
    if isinstance(node, list):
        return tuple(_node_frames("\n".join(map(str, node))))
    return ()


def _python_frames(text: str) -> Iterable[Frame]:
    for found in _PYTHON_FRAME.finditer(text):
        source = (found["source"] or "").strip()
        yield Frame(file=found["file"], line=int(found["line"]), function=found["function"], source=source)


def _node_frames(text: str) -> list[Frame]:
    """The deepest last, as Python has it."""
    found = [
        Frame(file=each["file"], line=int(each["line"]), function=each["function"] or "")
        for each in _NODE_FRAME.finditer(text)
    ]
    return found[::-1]


def _without_ids(message: str) -> str:
    """Times, ids and counters change from one invocation to the next."""
    return re.sub(r"[0-9a-fA-F-]{8,}|\d+", "#", message)[:300]
