"""Whose sessions they are."""

from __future__ import annotations

import pytest

from deployer.api.caller import EVERYBODY, caller

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("api_key_id", "user_arn", "expected"),
    [
        ("key1", None, "key1"),
        ("key1", f"arn:aws:iam::{ACCOUNT}:user/ann", "key1"),
        (None, f"arn:aws:iam::{ACCOUNT}:user/team/ann", f"arn:aws:iam::{ACCOUNT}:user/team/ann"),
        (None, f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/run-17", f"arn:aws:sts::{ACCOUNT}:assumed-role/ci"),
        (None, None, EVERYBODY),
    ],
)
def test_caller(api_key_id: str | None, user_arn: str | None, expected: str) -> None:
    """A key is one caller, a user is one, and a role is one whatever its session is called."""
    assert caller(api_key_id, user_arn) == expected
