"""Who asks: sessions and stacks are theirs alone."""

from __future__ import annotations

from typing import Final

EVERYBODY: Final = "everybody"
"""Whoever asks where `AuthMode` is NONE."""

_ROLE_SESSION: Final = ":assumed-role/"


def caller(api_key_id: str | None, user_arn: str | None) -> str:
    """The API key's id, or the ARN of the user or role that signed the request.

    A role is one caller, whatever the name of its session: `arn:aws:sts::{account}:assumed-role/{role}/{session}`
    (IAM User Guide, "IAM identifiers").
    """
    if api_key_id:
        return api_key_id
    if user_arn and _ROLE_SESSION in user_arn:
        return user_arn.rpartition("/")[0]
    return user_arn or EVERYBODY
