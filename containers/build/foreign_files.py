"""Compiled files in a package that its function cannot load: made for another processor, or another Python."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER: Final = struct.Struct("<4s14xH")  # elf(5): the magic number, and e_machine
_MACHINES: Final = {62: "x86_64", 183: "arm64"}
_EXTENSION: Final = re.compile(r"\.cpython-(\d)(\d+)-")  # PEP 3149
_LIBRARY: Final = re.compile(r"\.so(\.\d+)*$|\.node$|^[^.]+$")
# Where Node.js packages keep one file for each processor, of which they load the right one.
_CHOICES: Final = "prebuilds"


def foreign_files(folder: Path, architecture: str, python: str) -> list[str]:
    """A sentence for each way in which some do not fit. `python` is `3.13`, or "" where it does not matter."""
    told: dict[str, list[str]] = {}
    for name, made_for in _compiled(folder):
        wrong = next((each for each in made_for if not _fits(each, architecture, python)), None)
        if wrong is not None:
            told.setdefault(wrong, []).append(name)
    target = " and ".join([architecture, *([f"Python {python}"] if python else [])])
    return [_sentence(wrong, names, target) for wrong, names in told.items()]


def _fits(made_for: str, architecture: str, python: str) -> bool:
    if made_for.startswith("Python"):
        return not python or made_for == f"Python {python}"
    return made_for == architecture


def _sentence(wrong: str, names: list[str], target: str) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"{min(names)}{more} cannot be loaded: made for {wrong}, where the function runs on {target}"


def _compiled(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Each file's name, and what it was made for."""
    for path in folder.rglob("*"):
        if _LIBRARY.search(path.name) and _CHOICES not in path.parts and path.is_file() and not path.is_symlink():
            tag = _EXTENSION.search(path.name)
            python = [f"Python {tag[1]}.{tag[2]}"] if tag else []
            yield path.relative_to(folder).as_posix(), [*_machine(path), *python]


def _machine(path: Path) -> list[str]:
    with path.open("rb") as file:
        header = file.read(_HEADER.size)
    if len(header) < _HEADER.size:
        return []
    magic, machine = _HEADER.unpack(header)
    return [_MACHINES.get(machine, "another processor")] if magic == b"\x7fELF" else []
