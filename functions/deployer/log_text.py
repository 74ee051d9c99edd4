"""What a text from outside becomes before it is kept or shown: harmless, without secrets, not too long.

Secrets are known by their looks here. deployer/redaction.py also knows them by the name that stands before them,
for what strangers' programs print; our own messages speak of passwords by name.
"""

from __future__ import annotations

import re
from typing import Final

MAX_BYTES: Final = 4096

# ECMA-48: CSI and OSC sequences, then the two-character ones.
_ESCAPE: Final = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b[@-_]?")
# Control characters but tab and line feed; those that turn the writing direction; separators that look like ends.
_CONTROL: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_PEM: Final = r"[A-Z ]*PRIVATE KEY(?: BLOCK)?"
# At the beginning of a word, also behind the line feed of a text within a text, where `\\n` is two characters.
_BEGINS: Final = r"(?:\b|(?<=\\[nrt]))"
_SECRETS: Final = (
    (re.compile(_BEGINS + r"((?:AKIA|ASIA)[A-Z0-9]{4})[A-Z0-9]{12}\b"), r"\1************"),
    (re.compile(_BEGINS + r"(gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}"), r"\1****"),
    (re.compile(r"(?i)(://)[^/\s:@]*:[^/\s@]+@"), r"\1****@"),
    (re.compile(r"(?i)" + _BEGINS + r"(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s\"']+"), r"\1****"),
    (
        re.compile(r"(?i)" + _BEGINS + r"(aws_secret_access_key|aws_session_token)(\s*[=:]\s*)[^\s\"']+"),
        r"\1\2****",
    ),
    (re.compile(_BEGINS + r"(hooks\.slack\.com/(?:services|triggers|workflows)/)[\w/-]+", re.ASCII), r"\1****"),
    (re.compile(_BEGINS + r"eyJ[A-Za-z0-9_-]{8,4000}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"), "****"),
    (
        re.compile(
            r"(?i)" + _BEGINS + r"((?:proxy-)?authorization|(?:set-)?cookie)(\\{0,3}[\"']?\s{0,8}[:=]\s{0,8})"
            r"(?:(\\{0,3}[\"'])[^\"'\\\n]*|[^'\n]+)"
        ),
        r"\1\2\3****",
    ),
    (re.compile(r"(?i)" + _BEGINS + r"(bearer|basic) +(?=[^\s\d]{0,400}\d)[A-Za-z0-9._~+/=-]{8,}"), r"\1 ****"),
    (
        re.compile(
            _BEGINS
            + r"(?:xox[abeoprs]-[A-Za-z0-9-]{8,}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{8,}|sk-[A-Za-z0-9_-]{20,}"
            r"|AIza[A-Za-z0-9_-]{30,}|npm_[A-Za-z0-9]{30,}|glpat-[A-Za-z0-9_-]{16,})"
        ),
        "****",
    ),
    (
        re.compile(rf"-----BEGIN {_PEM}-----.*?(?:-----END {_PEM}-----|\Z)", re.DOTALL),
        "****",
    ),
)
_CUT: Final = " … (cut)"


def clean(text: str, max_bytes: int = MAX_BYTES) -> str:
    """The text without terminal escapes, control characters and known secrets, cut to so many bytes of UTF-8."""
    harmless = _CONTROL.sub("�", _ESCAPE.sub("", text.replace("\r\n", "\n")))
    for pattern, instead in _SECRETS:
        harmless = pattern.sub(instead, harmless)
    return cut(harmless, max_bytes)


def cut(text: str, max_bytes: int) -> str:
    """The text, or its beginning with a mark that something is missing, at most that many bytes of UTF-8."""
    body = text.encode(errors="replace")
    if len(body) <= max_bytes:
        return text
    return body[: max_bytes - len(_CUT.encode())].decode(errors="ignore") + _CUT
