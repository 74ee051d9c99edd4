"""The names of files in a zip: relative paths with `/`, in UTF-8."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Final

from deployer.errors import ArtifactInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_NAME_BYTES: Final = 1024


def name_problem(name: str) -> str | None:
    """Why that cannot be the name of a file in a zip, or None."""
    if not name or len(name.encode(errors="surrogatepass")) > _MAX_NAME_BYTES:
        return f"1 to {_MAX_NAME_BYTES} bytes"
    if any(character < " " or character == "\x7f" or "\ud800" <= character <= "\udfff" for character in name):
        return "no control characters, UTF-8 only"
    if "\\" in name or (len(name) > 1 and name[1] == ":"):
        return "no backslash and no drive"
    if any(part in {"", ".", ".."} for part in name.split("/")):
        return "no absolute path and no part that is empty, . or .."
    return None


def check_names(names: list[str]) -> None:
    """Raises ArtifactInvalid for a name that no zip of ours may hold, that comes twice, or is below a file."""
    for name in names:
        if problem := name_problem(name):
            raise ArtifactInvalid(f"{name[:200]!r} cannot be in a zip: {problem}")
    files = set(names)
    if len(files) != len(names):
        raise ArtifactInvalid("a zip names a file twice")
    for name in names:
        if any(str(parent) in files for parent in Path(name).parents):
            raise ArtifactInvalid(f"{name!r} is below something in the zip that is not a folder")


def check_twins(names: Iterable[str]) -> None:
    """Nothing, when no two names in a package differ by letter case or by Unicode's forms alone.

    Raises ArtifactInvalid otherwise: one of them would be lost where file systems do not tell them apart.
    """
    seen: dict[str, str] = {}
    for name in names:
        folded = unicodedata.normalize("NFC", name).casefold()
        if folded in seen:
            raise ArtifactInvalid(f"{seen[folded]!r} and {name!r} differ by letter case alone")
        seen[folded] = name
