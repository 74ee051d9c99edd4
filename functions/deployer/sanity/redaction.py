"""What a test's outcome becomes before it is kept: without secrets, of bounded size, its evidence still JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from deployer.redaction import HIDDEN, lines_without_secrets, secret_members, without_secrets
from deployer.sanity.reproduce import rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from deployer.sanity.sanity_test import Outcome

MAX_EVIDENCE_BYTES: Final = 4096
MAX_ERROR_BYTES: Final = 1000
MAX_REPRODUCE_BYTES: Final = 2000
_MAX_READ_BYTES: Final = 65_536
_MAX_NAME_BYTES: Final = 100
_MAX_DEPTH: Final = 8
# Bytes of a text, and members of an object or a list: tried in turn until the whole fits.
_STEPS: Final = ((2000, 50), (500, 20), (120, 10), (40, 5))


def redacted(outcome: Outcome) -> Outcome:
    """The same outcome, fit to be kept."""
    return replace(
        outcome,
        error=without_secrets(outcome.error, MAX_ERROR_BYTES),
        reproduce=rewritten(outcome.reproduce, _word, MAX_REPRODUCE_BYTES),
        evidence=evidence(outcome.evidence),
    )


def _word(word: str) -> str:
    """Of a command: not to be cut, since the rest of it would mean something else."""
    return without_secrets(word, _MAX_READ_BYTES)


def evidence(found: Mapping[str, Any]) -> dict[str, Any]:
    """JSON of at most MAX_EVIDENCE_BYTES, without secrets; where something is left out, it says so."""
    for text_bytes, members in _STEPS:
        fitted = _object(found, text_bytes, members, _MAX_DEPTH)
        if len(json.dumps(fitted, ensure_ascii=False).encode()) <= MAX_EVIDENCE_BYTES:
            return fitted
    return {"…": "too much to be shown"}


def _value(value: Any, text_bytes: int, members: int, depth: int) -> Any:
    match value:
        case None | bool():
            return value
        case int() if abs(value) < 1 << 63:
            return value
        case float() if math.isfinite(value):
            return value
        case dict():
            return _object(value, text_bytes, members, depth - 1) if depth else "…"
        case list() | tuple():
            return _list(value, text_bytes, members, depth - 1) if depth else "…"
        case int():
            return "a very large number"
    return without_secrets(str(value), text_bytes)


def _object(found: Mapping[str, Any], text_bytes: int, members: int, depth: int) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    first = dict(list(found.items())[:members])
    secrets = secret_members(first)
    for name, value in first.items():
        told = HIDDEN if name in secrets else _value(value, text_bytes, members, depth)
        shown[without_secrets(str(name), _MAX_NAME_BYTES)] = told
    if len(found) > members:
        shown["…"] = f"{len(found) - members} more"
    return shown


def _list(found: Sequence[Any], text_bytes: int, members: int, depth: int) -> list[Any]:
    first = found[:members]
    if all(isinstance(value, str) for value in first):
        shown: list[Any] = lines_without_secrets(first, text_bytes)  # the lines of a log, or of a key
    else:
        shown = [_value(value, text_bytes, members, depth) for value in first]
    return [*shown, f"… {len(found) - members} more"] if len(found) > members else shown
