"""What strangers print: nothing of it acts on a terminal, a log or a metric, and no secret of it is kept."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Final

from tests.hostile.case import NO_HARM, Act, Case

from deployer.log_text import MAX_BYTES
from deployer.redaction import without_secrets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.hostile.arena import Arena


def _token(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


# Each as it is printed, and the part of it that must not be kept. Put together here: they are nobody's.
SECRETS: Final = (
    ("an AWS access key", "key AKIA" + "IOSFODNN7EXAMPLE", "IOSFODNN7EXAMPLE"),
    ("a temporary AWS key", "ASIA" + "IOSFODNN7EXAMPLE in use", "IOSFODNN7EXAMPLE"),
    ("an AWS secret key", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
    ("an AWS secret key of the environment", "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG", "wJalrXUtnFEMI"),
    ("an AWS session token", "AWS_SESSION_TOKEN: FwoGZXIvYXdzEBY", "FwoGZXIvYXdz"),
    ("a GitHub token", "ghp_" + "a1B2" * 9, "a1B2" * 9),
    ("a GitHub fine-grained token", "github_pat_" + "a1B2" * 12, "a1B2" * 9),
    ("a password in an address", "https://user:hunter2hunter2@example.com/x", "hunter2hunter2"),
    ("a token in an address", "https://x-access-token:ghs_" + "a1B2" * 9 + "@github.com/a/b", "a1B2" * 9),
    ("a presigned address", "https://b.s3.amazonaws.com/k?X-Amz-Signature=" + "0123456789abcdef" * 4, "0123456789abcdef"),
    ("a JSON web token", f"{_token({'alg': 'HS256'})}.{_token({'sub': '1234567890'})}.SflKxwRJSMeKKF2QT4", "SflKxwRJSMeKKF2QT4"),
    ("a private key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE KEY-----", "MIIEowIBAAKCAQEA"),
    ("a private key without its end", "-----BEGIN PRIVATE KEY-----\nMIIEowIBAAKCAQEA", "MIIEowIBAAKCAQEA"),
    ("a Slack webhook", "https://hooks.slack.com/services/T000/B000/XXXXXXXXXXXX", "XXXXXXXXXXXX"),
    ("a Slack token", "xoxb-" + "123456789012-abcdefABCDEF", "abcdefABCDEF"),
    ("a bearer token", "Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789"),
    ("a basic authorization", "authorization: basic dXNlcjpodW50ZXIy", "dXNlcjpodW50ZXIy"),
    ("a password", "password=correct-horse-battery", "correct-horse-battery"),
    ("a password of JSON", '{"dbPassword": "correct-horse-battery"}', "correct-horse-battery"),
    ("an npm token", "//registry.npmjs.org/:_authToken=npm_" + "a1B2" * 9, "a1B2" * 9),
    ("a Stripe key", "sk_live_" + "a1B2" * 6, "a1B2" * 6),
    ("a Google key", "AIza" + "a1B2" * 8 + "abc", "a1B2" * 8),
)  # fmt: skip
ACTS: Final = (
    ("a screen that is cleared", "a\x1b[2Jb", "\x1b"),
    ("a link of a terminal", "\x1b]8;;http://evil.example\x07x\x1b]8;;\x07", "evil.example"),
    ("a title of a terminal", "\x1b]0;pwned\x07x", "\x1b"),
    ("an escape within an escape", "\x1b\x1b[2J[2J", "\x1b"),
    ("a C1 control", "a\x9b2Jb", "\x9b"),
    ("a carriage return over what was said", "failed\rsuccess", "\r"),
    ("text that is turned around", "\u202egnp.exe", "\u202e"),
    ("a NUL", "a\0b", "\0"),
    ("a line separator", "a\u2028forged line", "\u2028"),
    ("half of a surrogate pair", "a\ud800", "\ud800"),
    ("a line of 2 MB", "x" * 2_000_000, "x" * (MAX_BYTES + 1)),
    ("a line to match slowly", "-----BEGIN " * 50_000, "x" * (MAX_BYTES + 1)),
)  # fmt: skip


def cases() -> Iterator[Case]:
    for number, (what, text, part) in enumerate(SECRETS, 1):
        yield _case(f"L3-{number}", f"{what}, printed", text, part)
    for number, (what, text, part) in enumerate(ACTS, 1):
        yield _case(f"L1-{number}", what, text, part)


def _case(id: str, attack: str, text: str, part: str) -> Case:
    def prepare(_place: Arena) -> Act:
        return lambda: NO_HARM if part not in without_secrets(f"before {text} after", MAX_BYTES) else "it is kept"

    return Case(id=id, attack=attack, expected=(NO_HARM,), prepare=prepare)
