"""Headers that every answer carries: for browsers of the allowed origins, and against browsers' guesses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_SECURITY: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}
_ALLOWED: Final = {
    "Access-Control-Allow-Headers": "Content-Type, Idempotency-Key, X-Api-Key, Authorization, X-Amz-Date",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Expose-Headers": "Location, Retry-After",
    "Access-Control-Max-Age": "600",
}


def answer_headers(event: Mapping[str, Any], origins: Collection[str]) -> dict[str, str]:
    """The headers for that request; `*` among the origins allows every one."""
    origin = {name.lower(): value for name, value in (event.get("headers") or {}).items()}.get("origin")
    if not origins:
        return dict(_SECURITY)
    if origin is None or not ({origin, "*"} & set(origins)):
        return _SECURITY | {"Vary": "Origin"}
    return _SECURITY | _ALLOWED | {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
