"""The one line with which a person sees for themselves."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LEFT_OUT: Final = "…"
_MAX_PAYLOAD: Final = 1200


def aws(service: str, operation: str, **options: str) -> str:
    """`aws dynamodb describe-table --table-name orders`, safe for a shell whatever the values hold."""
    words = ["aws", service, operation]
    for name, value in options.items():
        words += [f"--{name.rstrip('_').replace('_', '-')}", value]
    return shlex.join(words)


def command(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """The same for a call of the API: DescribeTable, with TableName."""
    words = ["aws", "s3api" if service == "s3" else service, _kebab(operation)]
    for name, value in parameters.items():
        words += [f"--{_kebab(name)}", value if isinstance(value, str) else json.dumps(value, default=str)]
    return shlex.join(words)


def invocation(function: str, payload: str) -> str:
    """The same for an invocation of a function. A long payload is left to a file of the reader's."""
    shown = payload if len(payload) <= _MAX_PAYLOAD else "file://event.json"
    options = {"function_name": function, "cli_binary_format": "raw-in-base64-out", "payload": shown}
    return f"{aws('lambda', 'invoke', **options)} /dev/stdout"


def curl(method: str, url: str, headers: Mapping[str, str], body: str | None) -> str:
    """The same for an HTTP request. To curl nothing in it is a file or a pattern, as `@` and `[` can be."""
    words = ["curl", "--head"] if method == "HEAD" else ["curl", "-i", "-X", method]
    words += ["--globoff"] if set("[]{}") & set(url) else []
    for name, value in headers.items():
        words += ["-H", f"{name}: {value}"]
    if body:
        is_named = any(name.lower() == "content-type" for name in headers)
        words += ["--data-raw", body] if is_named else ["-H", "Content-Type:", "--data-raw", body]
    return shlex.join([*words, url])


def rewritten(line: str, change: Callable[[str], str], max_bytes: int) -> str:
    """The line with each word changed and quoted anew: whatever the words hold it stays one command, on one line.

    What is too long for it loses its longest words.
    """
    words = [change(word) for word in shlex.split(line)]
    while len(told := " ".join(map(_quoted, words)).encode()) > max_bytes:
        longest = max(words, key=len)
        words[words.index(longest)] = _LEFT_OUT
    return told.decode()


def _quoted(word: str) -> str:
    """A line feed as bash, zsh and the newer sh write it."""
    if "\n" not in word and "\t" not in word:
        return shlex.quote(word)
    escaped = word.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\t", "\\t")
    return f"$'{escaped}'"


def _kebab(name: str) -> str:
    """restApiId and RestApiId become rest-api-id, ListObjectsV2 list-objects-v2."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name)
    return spaced.lower()
