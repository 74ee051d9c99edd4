"""A request's body as JSON, read strictly: what cannot be meant is refused by what is wrong with it."""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from deployer.errors import RequestInvalid, RequestTooLarge

MAX_BYTES: Final = 16_384


def read_json(text: str | None) -> Any:
    """The value that the body holds.

    Raises RequestTooLarge over 16 KB; RequestInvalid for no body, no JSON, JSON nested too deeply, NaN, and
    a field that is given twice.
    """
    if not text or not text.strip():
        raise RequestInvalid({"body": "is missing: give a JSON object"})
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise RequestTooLarge(f"the body has more than {MAX_BYTES} bytes")
    try:
        return json.loads(text, object_pairs_hook=_fields, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
    except ValueError:  # a number with more digits than Python reads
        problem = "has a number that is too long"
    except RecursionError:
        problem = "is nested too deeply"
    raise RequestInvalid({"body": problem})


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise RequestInvalid({name: "is given twice" for name in fields if names.count(name) > 1})
    return fields


def _refuse_constant(name: str) -> NoReturn:
    raise RequestInvalid({"body": f"is not JSON: {name}"})
