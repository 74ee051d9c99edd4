"""A requirements file, and those that it includes, made fit for packages that leave the folder they are built in.

Source of the forms: pip documentation, "Requirements File Format" and "VCS Support".
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final

from deployer.errors import BuildFailed
from source_view import replace_text

if TYPE_CHECKING:
    from pathlib import Path

_EDITABLE: Final = re.compile(r"^(\s*)(?:-e|--editable)(?:\s+|=)", re.MULTILINE)
_INCLUDE: Final = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)(?:\s+|=|(?=\S))(\S+)", re.MULTILINE)
_LINK: Final = re.compile(r"^[^#\n]*?((?:git|hg|svn|bzr)\+[^\s#;]+)", re.MULTILINE)
_PINNED: Final = re.compile(r"@[0-9a-f]{40}$")
_BYTE_ORDER_MARKS: Final = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


def make_fit(file: Path, root: Path) -> list[str]:
    """What is to be told. Nothing is editable any more: an editable package stays where it is built.

    Raises BuildFailed for a link that a build cannot follow: it has git, and no key.
    """
    warnings: list[str] = []
    waiting, seen = [file], set[str]()
    while waiting:
        each = waiting.pop()
        if str(each) not in seen and each.is_file() and each.resolve().is_relative_to(root.resolve()):
            seen.add(str(each))
            text = _make_fit(each)
            warnings += [_told(link, each) for link in _LINK.findall(text)]
            waiting += [each.parent / name for name in _INCLUDE.findall(text)]
    return warnings


def _make_fit(file: Path) -> str:
    body = file.read_bytes()
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS.items() if body.startswith(mark)), "utf-8")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        raise BuildFailed(f"{file.name} cannot be read: {error}") from error
    fit = _EDITABLE.sub(r"\1", text)
    if fit != text:
        replace_text(file, fit)
    return fit


def _told(link: str, file: Path) -> str:
    if not link.startswith("git+https://"):
        raise BuildFailed(f"{file.name} names {link}: a build can follow git+https:// links alone, and has no key")
    when = "" if _PINNED.search(link) else ", as it is at the time: no commit is named"
    return f"{link} is built from that repository{when}"
