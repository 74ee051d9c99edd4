"""The secrets that the owner of this application keeps for it in AWS Secrets Manager."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

from botocore.exceptions import ClientError

from deployer.aws.clients import client
from deployer.errors import SettingMissing

_KEPT_SECONDS: Final = 60
"""A secret is not asked for again meanwhile: requests that nobody signed cost one call a minute."""

_SHORTEST: Final = 16


def git_token(arn: str) -> str:
    """What the Git host lets this application in by. Raises SettingMissing when it cannot be read."""
    return _text(arn, int(time.time() // _KEPT_SECONDS)).strip()


def webhook_secret(arn: str) -> str:
    """What GitHub signs with: the text of the secret as it is now, or was within this minute.

    Raises SettingMissing when it cannot be read, or is so short that it could be guessed.
    """
    secret = _text(arn, int(time.time() // _KEPT_SECONDS)).strip()
    if len(secret) < _SHORTEST:
        raise SettingMissing(f"the secret of WebhookSecretArn has fewer than {_SHORTEST} characters")
    return secret


@lru_cache(maxsize=4)
def _text(arn: str, _period: int) -> str:
    try:
        return str(client("secretsmanager").get_secret_value(SecretId=arn).get("SecretString", ""))
    except ClientError as error:
        raise SettingMissing(f"{arn} cannot be read: {error.response['Error']['Code']}") from error
