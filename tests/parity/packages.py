"""The files of one function's package, ours and `sam build`'s."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tests.parity.difference import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CHANGED: Final = "other content"
# By `path: what`. Of source maps the mappings were the same; their `sources` begin in a temporary folder.
EXPLAINED: Final = {
    r"(?:^|/)__pycache__/|\.pyc: ": "compiled code, which names the machine's paths and times",
    r"\.dist-info/(?:RECORD|INSTALLER|REQUESTED|direct_url\.json|uv_cache\.json|WHEEL): ": (
        "what an installer writes about itself: pip and uv differ"
    ),
    r"^bin/|\.data/scripts/": "scripts for a shell, which name the interpreter of the build",
    r"(?:^|/)node_modules/\.package-lock\.json: |^package-lock\.json: ": "npm's own record of an installation",
    rf"\.map: {_CHANGED}$": "a source map, which names the folder of the build",
    rf"\.so(?:\.\d+)*: {_CHANGED}$|\.dist-info/sboms/[^/]+: {_CHANGED}$": (
        "machine code: another wheel of the same version"
    ),
    r"(?:^|/)\.gitignore: |(?:^|/)\.git/": "no part of the code",
}
# The processor, in the name of a Python extension; and where `sam build` leaves a wheel's data files.
_PROCESSOR: Final = re.compile(r"(?<=-)(?:aarch64|x86_64)(?=-linux-gnu\.so$)")
_DATA: Final = re.compile(r"^[^/]+\.data/data/")


def differences(ours: Mapping[str, str], theirs: Mapping[str, str]) -> Iterator[Difference]:
    """From each file's digest by its path."""
    ours, theirs = _by_comparable_path(ours), _by_comparable_path(theirs)
    for path in sorted(ours.keys() | theirs.keys()):
        if ours.get(path) != theirs.get(path):
            what = _what(path, ours, theirs)
            yield Difference(where=path, what=what, why=_why(f"{path}: {what}"))


def _by_comparable_path(digests: Mapping[str, str]) -> dict[str, str]:
    return {_DATA.sub("", _PROCESSOR.sub("*", path)): digest for path, digest in digests.items()}


def _what(path: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> str:
    if path not in theirs:
        return "only in ours"
    return _CHANGED if path in ours else "only in sam's"


def _why(told: str) -> str:
    return next((why for pattern, why in EXPLAINED.items() if re.search(pattern, told)), "")
