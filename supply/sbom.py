"""`make sbom`: what the Lambda bundle and the two images are made of, as CycloneDX, into .local/sbom.

It is made from the lock files alone, without a network. What comes with the base images is not in it: ask the
registry that they are pushed to (Amazon ECR lists it when it scans them).
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from supply.environment import bin_folder
from supply.parts import APART, NPM, ROOT, SHIPPED, lock_of

if TYPE_CHECKING:
    from pathlib import Path

FOLDER: Final = ROOT / ".local" / "sbom"


def main() -> int:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, document in documents().items():
        path = FOLDER / f"{name}.cdx.json"
        path.write_text(json.dumps(document, indent=2))
        print(f"{path.relative_to(ROOT)}: {len(document['components'])} components")
    return 0


def documents() -> dict[str, dict[str, Any]]:
    """Each part's, by its name."""
    program = bin_folder("supply", lock_of(APART["supply"])) / "cyclonedx-py"
    found = {part: _python(program, lock_of(path)) for part, path in SHIPPED.items()}
    return found | {"build-npm": _npm(NPM)}


def _python(program: Path, lock: Path) -> dict[str, Any]:
    return _json([str(program), "requirements", "--output-reproducible", "--of", "JSON", str(lock)])


def _npm(lock: Path) -> dict[str, Any]:
    return _json(
        ["npm", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--prefix", str(lock.parent)]
    )


def _json(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    sys.exit(main())
