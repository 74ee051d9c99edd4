"""What shows that each example lives: its function or API is called, and the answer looked at."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from local.application import local_url
from local.client import direct

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from local.platform import Platform

Outputs = dict[str, str]


class NotAlive(Exception):
    """What was deployed answered, but not as it should."""


def prove(example: str, platform: Platform, outputs: Outputs) -> str:
    """One line that says what was asked and answered. Raises NotAlive."""
    return PROOFS[example](platform, outputs)


def _guest_book(platform: Platform, outputs: Outputs) -> str:
    url = local_url(platform.endpoint_url, outputs["GuestBookUrl"])
    with direct() as http:
        signed = http.post(url, json={"name": "Ada", "text": "Hello"}, timeout=30)
        read = http.get(url, timeout=30)
    _check(signed.status_code == 201 and len(read.json()["entries"]) == 1, read.text)
    return f"POST /entries {signed.status_code}, GET /entries {read.status_code} {read.text}"


def _inventory(platform: Platform, outputs: Outputs) -> str:
    platform.client("s3").put_object(
        Bucket=outputs["LibraryName"], Key="books/moby-dick.txt", Body=b"Call me Ishmael."
    )
    answer = _invoke(platform, outputs["InventoryFunctionName"], {})
    _check(answer == {"shelf": "books/", "objects": 1, "bytes": 16}, answer)
    return f"one object put, then invoked: {json.dumps(answer)}"


def _reading_time(platform: Platform, outputs: Outputs) -> str:
    answer = _invoke(platform, outputs["FunctionName"], {"text": "Call me Ishmael."})
    _check(answer == {"words": 3, "seconds": 1}, answer)
    return f"invoked: {json.dumps(answer)}"


def _short_link(platform: Platform, outputs: Outputs) -> str:
    answer = _invoke(platform, outputs["FunctionName"], {"url": "https://example.com/a/long/way"})
    _check(len(answer.get("name", "")) == 8, answer)
    return f"invoked: {json.dumps(answer)}"


def _orders(platform: Platform, outputs: Outputs) -> str:
    good, bad = {"item": "tea", "within": "2 days"}, {"item": "tea", "within": "soon"}
    records = [{"messageId": f"{number}", "body": json.dumps(order)} for number, order in enumerate((good, bad))]
    answer = _invoke(platform, outputs["OrderFunctionName"], {"Records": records})
    _check(answer == {"batchItemFailures": [{"itemIdentifier": "1"}]}, answer)
    return f"invoked: {json.dumps(answer)}"


PROOFS: Final[Mapping[str, Callable[[Platform, Outputs], str]]] = {
    "sam-python-api": _guest_book,
    "sam-nodejs-queue": _orders,
    "cloudformation-bucket": _inventory,
    "python-lambda": _reading_time,
    "nodejs-lambda": _short_link,
}


def _invoke(platform: Platform, function: str, event: Mapping[str, Any]) -> Any:
    answer = platform.client("lambda").invoke(FunctionName=function, Payload=json.dumps(event))
    body = answer["Payload"].read().decode()
    _check("FunctionError" not in answer, body)
    return json.loads(body)


def _check(is_right: bool, answer: object) -> None:
    if not is_right:
        raise NotAlive(f"answered {answer}")
