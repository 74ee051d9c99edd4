"""What an HTTP answer says about a route: did the deployed code answer, or the gateway in front of it?

Sources: "Gateway response types" (REST APIs; the header x-amzn-ErrorType is the gateway's own, a function's header
of that name arrives as x-amzn-Remapped-...), "Important notes" on remapped headers, and "Troubleshooting HTTP API
Lambda integrations" in the API Gateway Developer Guide; "Control access to Lambda function URLs" (Lambda);
"CAPTCHA and Challenge action behavior" (AWS WAF Developer Guide).
"""

from __future__ import annotations

import json
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Gateway(StrEnum):
    REST = "rest"
    HTTP = "http"
    URL = "url"


class Reading(StrEnum):
    ANSWERED = "answered"  # below 500, as far as can be told by the deployed code
    REFUSED = "refused"
    NOT_THERE = "not there"  # the gateway knows no such route
    LOOKS_MISSING = "looks missing"  # says what the gateway says when there is no such route; so may a function
    THROTTLED = "throttled"
    CHALLENGED = "challenged"  # AWS WAF, before the gateway, wants a browser or a person
    FAILED = "failed"  # 5xx
    STAND_IN = "stand-in"  # the embedded platform spoke for a function that it cannot run


_ERROR_TYPE: Final = "x-amzn-errortype"
_WAF_ACTION: Final = "x-amzn-waf-action"
_NO_ROUTE: Final = "MissingAuthenticationTokenException"
_STAND_IN: Final = b"Mock response - "
_REFUSALS: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}


def read(gateway: Gateway, status: int, headers: Mapping[str, str], body: bytes) -> Reading:
    error_type = headers.get(_ERROR_TYPE, "").partition(":")[0]
    if _WAF_ACTION in headers:
        return Reading.CHALLENGED
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Reading.FAILED
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Reading.THROTTLED
    if gateway is Gateway.REST and error_type == _NO_ROUTE:
        return Reading.NOT_THERE
    if gateway is Gateway.HTTP and status == HTTPStatus.NOT_FOUND and _json(body) == {"message": "Not Found"}:
        return Reading.LOOKS_MISSING
    if body.startswith(_STAND_IN):
        return Reading.STAND_IN
    return Reading.REFUSED if status in _REFUSALS else Reading.ANSWERED


def is_of_gateway(headers: Mapping[str, str]) -> bool:
    """Whether a REST API or a function URL says by itself that it did not get an answer to pass on."""
    return _ERROR_TYPE in headers


def reached_no_function(status: int, headers: Mapping[str, str]) -> bool:
    """Whether the gateway says that it called none: 502 and 504 are about what one gave, or the time it took."""
    return is_of_gateway(headers) and status not in {HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT}


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
