"""pip and Python as a makefile calls them: what `pip install --target` takes are wheels for the function.

A makefile that is written for `sam build` expects the function's own Python (AWS SAM Developer Guide, "Building
Lambda functions with custom runtimes"); here is one Python, for one processor. As a program, its arguments are the
function's version of Python, its processor, `pip` or `python`, and what the makefile gave.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_TARGET: Final = ("-t", "--target")
# Who names one of these knows better.
_CHOSEN: Final = ("--platform", "--python-version", "--abi", "--implementation", "--no-binary")
_MACHINES: Final = {"x86_64": "x86_64", "arm64": "aarch64"}
# The C library of Amazon Linux 2023, and of Amazon Linux 2, which the runtimes before Python 3.12 have
# (AWS Lambda Developer Guide, "Lambda runtimes"): wheels for any from 2.17 on fit.
_OLDEST, _NEWEST, _NEWEST_OF_AL2 = 17, 34, 26
_FIRST_ON_AL2023: Final = (3, 12)


def lay_out(folder: Path, version: str, architecture: str) -> Path:
    """A folder for PATH, with these programs under every name by which a makefile may call them."""
    folder.mkdir()
    for program in ("pip", "python"):
        words = (sys.executable, str(Path(__file__).resolve()), version, architecture, program)
        text = f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n'
        for name in (program, f"{program}3", f"{program}{version}"):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
    return folder


def wheels_alone(version: str, architecture: str) -> Iterator[str]:
    """Arguments of `pip install` for wheels that fit."""
    newest = _NEWEST if tuple(map(int, version.split("."))) >= _FIRST_ON_AL2023 else _NEWEST_OF_AL2
    machine = _MACHINES[architecture]
    yield from ("--only-binary=:all:", f"--python-version={version}", f"--platform=manylinux2014_{machine}")
    yield from (f"--platform=manylinux_2_{minor}_{machine}" for minor in range(newest, _OLDEST - 1, -1))


def main() -> int:
    version, architecture, program, *given = sys.argv[1:]
    if program == "python" and given[:2] != ["-m", "pip"]:
        os.execv(sys.executable, [sys.executable, *given])  # noqa: S606 - what the makefile asks for
    arguments = given[2:] if program == "python" else given
    pip = [sys.executable, "-m", "pip"]
    if _is_for_the_function(arguments):
        install = [*pip, "install", *wheels_alone(version, architecture), *arguments[1:]]
        if subprocess.run(install, check=False).returncode == 0:
            return 0
        sys.stderr.write(f"not every package has a wheel for Python {version} on {architecture}: without that\n")
    return subprocess.run([*pip, *arguments], check=False).returncode


def _is_for_the_function(arguments: list[str]) -> bool:
    return (
        arguments[:1] == ["install"]
        and any(each.startswith(_TARGET) for each in arguments)
        and not any(each.startswith(_CHOSEN) for each in arguments)
    )


if __name__ == "__main__":
    sys.exit(main())
