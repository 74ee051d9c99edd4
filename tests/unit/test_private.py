"""Private repositories: which are read with the token, and what the host is shown."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deployer.private import authorization, is_private
from deployer.repository import Repository


@pytest.mark.parametrize(
    ("pattern", "slug", "is_one"),
    [
        ("octo/hello", "octo/hello", True),
        ("Octo/Hello", "octo/hello", True),
        ("octo/*", "octo/hello", True),
        ("octo/*", "octopus/hello", False),
        ("octo/hello", "octo/hello2", False),
        ("*/*", "octo/hello", False),
        ("*", "octo/hello", False),
        ("octo/h*", "octo/hello", False),
        ("", "octo/hello", False),
    ],
)
def test_private_repository(pattern: str, slug: str, *, is_one: bool) -> None:
    """It is named whole, or as one of all of its owner's; no other pattern means anything."""
    assert is_private(Repository.from_text(slug), [pattern]) is is_one


def test_authorization() -> None:
    """GitHub takes a token as a password, of a user of that name."""
    value = authorization("ghp_0123456789")

    assert base64.b64decode(value.removeprefix("Basic ")) == b"x-access-token:ghp_0123456789"


@given(st.text(max_size=30))
def test_any_token(text: str) -> None:
    """Whatever a secret holds, the header is one line of ASCII, or it is none."""
    try:
        value = authorization(text)
    except ValueError:
        return
    assert value.isascii()
    assert value.isprintable()
