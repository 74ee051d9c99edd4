"""`make lock`: every list of what is wanted becomes the exact versions and hashes that are installed.

make lock [UPGRADE=1]

What is there stays as it is, as far as it still fits; UPGRADE=1 takes the newest of everything that is not pinned.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from supply.parts import APART, DEVELOPMENT, ROOT, SHIPPED, lock_of

if TYPE_CHECKING:
    from collections.abc import Sequence

_OLDEST_PYTHON: Final = "3.11"
# Of every system and Python from that one on; the same file whoever compiles it.
_COMPILE: Final = (
    "pip", "compile", "--quiet", "--universal", "--python-version", _OLDEST_PYTHON, "--generate-hashes",
    "--custom-compile-command", "make lock", "--no-emit-index-url",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="make lock", description=__doc__.partition("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="take the newest of what is not pinned")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    _compile(DEVELOPMENT, upgrade)
    # What ships is a part of what is developed with: the same versions.
    same = ["--constraints", str(lock_of(DEVELOPMENT).relative_to(ROOT))]
    for requirements in SHIPPED.values():
        _compile(requirements, same)
    for requirements in APART.values():
        _compile(requirements, upgrade)
    return 0


def _compile(requirements: Path, options: Sequence[str]) -> None:
    lock = lock_of(requirements)
    names = [str(path.relative_to(ROOT)) for path in (requirements, lock)]
    uv = str(Path(sys.executable).parent / "uv")
    subprocess.run([uv, *_COMPILE, *options, names[0], "--output-file", names[1]], cwd=ROOT, check=True)
    print(names[1])


if __name__ == "__main__":
    sys.exit(main())
