"""The files of one function's package, ours and `sam build`'s."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.parity.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

EXPLAINED: Final = {
    r"(?:^|/)__pycache__/|\.pyc$": "compiled code, which names the machine's paths and times",
    r"\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|WHEEL)$": (
        "what an installer writes about itself: pip and uv differ"
    ),
    r"^bin/": "scripts for a shell, which name the interpreter of the build",
    r"(?:^|/)node_modules/\.package-lock\.json$|^package-lock\.json$": "npm's own record of an installation",
    r"(?:^|/)\.gitignore$|(?:^|/)\.git/": "no part of the code",
}


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[Difference]:
    """From each file's digest by its path."""
    for path in sorted(ours.keys() | theirs.keys()):
        if ours.get(path) != theirs.get(path):
            yield Difference(where=path, what=_what(path, ours, theirs), why=_why(path))


def _what(path: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    if path not in theirs:
        return "only in ours"
    return "other content" if path in ours else "only in sam's"


def _why(path: str) -> str:
    return next((why for pattern, why in EXPLAINED.items() if re.search(pattern, path)), "")
