"""Texts from outside: log lines, page tokens and bodies that were made to do harm."""

from __future__ import annotations

import json
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deployer.api.request_body import read_json
from deployer.errors import PageTokenInvalid, RequestInvalid
from deployer.instants import iso8601, microseconds, midnight
from deployer.log_text import MAX_BYTES, clean
from deployer.page_token import page_token, position_of


@given(st.text(alphabet=st.characters(), max_size=300))
@example("\x1b[2J\x1b]8;;http://evil.example\x07x\x1b]8;;\x07")
@example("\x1b" * 50)
@example("\u202egnp.exe")
@example("\ud800")
def test_clean_text(text: str) -> None:
    """Nothing that a terminal or a reader would obey is left, and cleaning again changes nothing."""
    cleaned = clean(text)

    assert not [char for char in cleaned if unicodedata.category(char) in {"Cc", "Cs"} and char not in "\t\n"]
    assert not set(cleaned) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert clean(cleaned) == cleaned


@given(st.text(max_size=3000), st.integers(20, 6000))
def test_cut_text(text: str, limit: int) -> None:
    """A text is at most as long as it may be, in bytes."""
    assert len(clean(text, limit).encode()) <= limit


@pytest.mark.parametrize(
    "secret",
    [
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
        "github_pat_abcdefghijklmnopqrstuvwxyz",
        "https://user:hunter2@github.com/",
        "X-Amz-Signature=0123456789abcdef",
        "aws_secret_access_key = wJalrXUtnFEMI",
        "AWS_SESSION_TOKEN: FwoGZXIvYXdz",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.SflKxwRJSMeKKF2QT4",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
    ],
)
def test_secret_in_a_log(secret: str) -> None:
    """A secret is not shown whole, whatever stands around it."""
    assert secret not in clean(f"before {secret} after")
    assert clean(f"before {secret} after").startswith("before ")


def test_long_line_of_secrets() -> None:
    """The rules do not slow down on lines that were made for that."""
    started = time.process_time()

    for text in ("AKIA", "://", "\x1b]", "-----BEGIN ", "eyJ.", "eyJ-", "eyJaaaaaaaa.eyJ-"):
        assert len(clean(text * 50_000).encode()) <= MAX_BYTES

    assert time.process_time() - started < 20, "50,000 steps of 50,000 characters each would take far longer"


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=50), st.lists(st.text(max_size=10), max_size=3))
def test_token_comes_back(position: str, filters: list[str]) -> None:
    """A token holds its position, for the list that it was made for."""
    token = page_token(position, *filters)

    assert position_of(token, *filters) == position
    with pytest.raises(PageTokenInvalid):
        position_of(token, *filters, "more")


@given(st.text(max_size=60))
def test_any_token(token: str) -> None:
    """A token that nobody made is refused, whatever it is."""
    with pytest.raises(PageTokenInvalid):
        position_of(token, "list")


@given(st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5) | st.none(), max_size=5))
def test_honest_body(body: dict[str, Any]) -> None:
    """JSON is read as it is."""
    assert read_json(json.dumps(body)) == body


@pytest.mark.parametrize("depth", [500, 5000, 16_000])
def test_deep_body(depth: int) -> None:
    """JSON that is too deep is refused, and does not end the process."""
    with pytest.raises(RequestInvalid):
        read_json("[" * depth)


@given(st.integers(0, 4_000_000_000_000))
def test_instants(ms: int) -> None:
    """A moment written is the moment read, and its day began at most a day before."""
    assert microseconds(iso8601(ms)) == ms * 1000
    assert 0 <= ms - midnight(ms) < 86_400_000
