"""Opaque tokens that continue a list where a page ended, and fit no other list."""

from __future__ import annotations

import base64
import binascii
import hashlib

from deployer.errors import PageTokenInvalid


def page_token(position: str, *bound_to: str) -> str:
    """The token for that position in the list that `bound_to` describes."""
    text = f"{_fingerprint(bound_to)}{position}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position_of(token: str, *bound_to: str) -> str:
    """The position that the token was made of.

    Raises PageTokenInvalid when it was made for another list, or by nobody.
    """
    fingerprint = _fingerprint(bound_to)
    text = _decoded(token)
    if not text.startswith(fingerprint):
        raise PageTokenInvalid("the page token is not one that this list gave")
    return text.removeprefix(fingerprint)


def _decoded(token: str) -> str:
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return ""


def _fingerprint(bound_to: tuple[str, ...]) -> str:
    return hashlib.sha256("\0".join(bound_to).encode()).hexdigest()[:12]
