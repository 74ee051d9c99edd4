"""What an answer was expected to be, and in what it differs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAX_SHOWN: Final = 120
_MAX_DIFFERENCES: Final = 3


class Expectation(TypedDict, total=False):
    """What is not there is not looked at. An answer's JSON includes or equals, its text contains."""

    status: list[int]
    includes: Any
    equals: Any
    contains: list[str]
    error: str


def differences(expected: Expectation, text: str) -> list[str]:
    """In what an answer's text is not what was expected: the first few; empty when it is."""
    found = [f"it does not contain {_shown(part)}" for part in expected.get("contains", []) if part not in text]
    actual = _json(text)
    if "includes" in expected:
        found += _differing(expected["includes"], actual, "$", exactly=False)
    if "equals" in expected:
        found += _differing(expected["equals"], actual, "$", exactly=True)
    return list(dict.fromkeys(found))[:_MAX_DIFFERENCES]


def _json(text: str) -> Any:
    """The value, or the text itself where it is none: a text can be expected, too."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _differing(expected: Any, actual: Any, path: str, *, exactly: bool) -> Iterator[str]:
    """An object may have further members unless `exactly`; a list has as many items as expected."""
    match expected, actual:
        case dict(), dict():
            yield from _differing_members(expected, actual, path, exactly=exactly)
        case list(), list() if len(expected) == len(actual):
            for index, (value, other) in enumerate(zip(expected, actual, strict=True)):
                yield from _differing(value, other, f"{path}[{index}]", exactly=exactly)
        case list(), list():
            yield f"{path} has length {len(actual)}, not {len(expected)}"
        case _ if _kind(expected) != _kind(actual) or expected != actual:
            yield f"{path} is {_shown(actual)}, not {_shown(expected)}"


def _differing_members(
    expected: dict[str, Any], actual: dict[str, Any], path: str, *, exactly: bool
) -> Iterator[str]:
    for name, value in expected.items():
        if name in actual:
            yield from _differing(value, actual[name], f"{path}.{name}", exactly=exactly)
        else:
            yield f"{path}.{name} is missing"
    if exactly:
        yield from (f"{path}.{name} is more than was expected" for name in actual if name not in expected)


def _kind(value: Any) -> str:
    """JSON's kinds: 1 and 1.0 are numbers, true is none."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


def _shown(value: Any) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return "something nested very deeply"
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]} ..."
