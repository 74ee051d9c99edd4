"""What an HTTP answer says about a route."""

from __future__ import annotations

import pytest

from deployer.sanity.http_answer import Gateway, Reading, is_of_gateway, reached_no_function, read

NO_ROUTE = {"x-amzn-errortype": "MissingAuthenticationTokenException"}
FORBIDDEN = {"x-amzn-errortype": "ForbiddenException:http://internal.amazon.com/"}


@pytest.mark.parametrize(
    ("gateway", "status", "headers", "body", "reading"),
    [
        (Gateway.REST, 200, {}, b"{}", Reading.ANSWERED),
        (Gateway.REST, 302, {}, b"", Reading.ANSWERED),
        (Gateway.REST, 404, {}, b'{"message":"Not Found"}', Reading.ANSWERED),
        (Gateway.REST, 403, NO_ROUTE, b'{"message":"Missing Authentication Token"}', Reading.NOT_THERE),
        (Gateway.REST, 404, NO_ROUTE, b"customized", Reading.NOT_THERE),
        (Gateway.REST, 403, {}, b'{"message":"Missing Authentication Token"}', Reading.REFUSED),
        (Gateway.REST, 403, FORBIDDEN, b'{"message":"Forbidden"}', Reading.REFUSED),
        (Gateway.REST, 401, {}, b"", Reading.REFUSED),
        (Gateway.REST, 202, {"x-amzn-waf-action": "challenge"}, b"", Reading.CHALLENGED),
        (Gateway.HTTP, 405, {"x-amzn-waf-action": "captcha"}, b"", Reading.CHALLENGED),
        (Gateway.REST, 429, {}, b"", Reading.THROTTLED),
        (Gateway.REST, 502, {}, b"", Reading.FAILED),
        (Gateway.HTTP, 404, {}, b'{"message":"Not Found"}', Reading.LOOKS_MISSING),
        (Gateway.HTTP, 404, {}, b'{"message": "Not Found", "id": 1}', Reading.ANSWERED),
        (Gateway.HTTP, 404, {}, b"\xff", Reading.ANSWERED),
        (Gateway.HTTP, 503, {}, b"", Reading.FAILED),
        (Gateway.URL, 403, FORBIDDEN, b"", Reading.REFUSED),
        (Gateway.URL, 200, {}, b"Mock response - no code deployed", Reading.STAND_IN),
    ],
)
def test_reading(gateway: Gateway, status: int, headers: dict[str, str], body: bytes, reading: Reading) -> None:
    """Who speaks is told by the gateway's own header, or, where it has none, by its words."""
    assert read(gateway, status, headers, body) is reading


@pytest.mark.parametrize(
    ("status", "headers", "expected"),
    [
        (403, FORBIDDEN, True),
        (500, FORBIDDEN, True),
        (502, FORBIDDEN, False),
        (504, FORBIDDEN, False),
        (500, {}, False),
    ],
)
def test_function_that_was_not_reached(status: int, headers: dict[str, str], expected: bool) -> None:
    """Only the gateway's own word tells; a bad answer and a late one are a function's."""
    assert reached_no_function(status, headers) is expected


def test_gateway() -> None:
    """A function cannot send the gateway's header: it arrives under another name."""
    assert is_of_gateway(FORBIDDEN)
    assert not is_of_gateway({"x-amzn-remapped-x-amzn-errortype": "ForbiddenException"})
