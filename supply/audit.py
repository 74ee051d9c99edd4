"""`make audit`: known vulnerabilities in what ships, by PyPI's and npm's advisories.

It fails for each that is found. Where the advisories cannot be asked, it says so and passes: a test run needs no
network, and what was audited yesterday is as safe today.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from supply.environment import bin_folder
from supply.parts import APART, NPM, SHIPPED, lock_of

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS: Final = 180
ACCEPTED: Final[dict[str, str]] = {}
"""Advisories that do not concern us, each with the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is known of one part. `unknown` counts packages that nobody could be asked about."""

    part: str
    known: int
    unknown: int
    found: tuple[str, ...]

    @property
    def line(self) -> str:
        asked = f"{self.known} packages audited" if self.known else "not audited: the advisories cannot be reached"
        rest = f", {self.unknown} unknown to the advisories" if self.known and self.unknown else ""
        return f"{self.part:12} {asked}{rest}, {len(self.found)} vulnerabilities"


def main() -> int:
    audits = [*_python(), _npm(NPM)]
    for audit in audits:
        print(audit.line, *(f"  {each}" for each in audit.found), sep="\n")
    return 1 if any(audit.found for audit in audits) else 0


def _python() -> list[Audit]:
    program = bin_folder("supply", lock_of(APART["supply"])) / "pip-audit"
    return [_of_python(part, _asked(program, lock_of(path))) for part, path in SHIPPED.items()]


def _asked(program: Path, lock: Path) -> Any:
    """pip-audit's answer; None when it gave none."""
    command = [str(program), "-f", "json", "--progress-spinner", "off", "--require-hashes", "--disable-pip"]
    return _json([*command, "-r", str(lock)])


def _of_python(part: str, answer: Any) -> Audit:
    """From pip-audit's JSON: `dependencies`, each with `vulns`, or with a `skip_reason`."""
    packages = answer.get("dependencies", []) if isinstance(answer, dict) else []
    known = [package for package in packages if "skip_reason" not in package]
    found = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {_listed(vulnerability)}"
        for package in known
        for vulnerability in package["vulns"]
        if ACCEPTED.keys().isdisjoint({vulnerability["id"], *vulnerability.get("aliases", [])})
    ]
    return Audit(part=part, known=len(known), unknown=len(packages) - len(known), found=tuple(found))


def _listed(vulnerability: dict[str, Any]) -> str:
    return " or ".join(vulnerability.get("fix_versions", [])) or "no version"


def _npm(lock: Path) -> Audit:
    return _of_npm(_json(["npm", "audit", "--json", "--package-lock-only", "--prefix", str(lock.parent)]))


def _of_npm(answer: Any) -> Audit:
    """From npm's JSON: `vulnerabilities` by package, and how many `dependencies` there are."""
    told = answer if isinstance(answer, dict) and "vulnerabilities" in answer else {}
    known = told.get("metadata", {}).get("dependencies", {}).get("total", 0)
    found = [
        f"{name}: {each['severity']}, {each['range']}" for name, each in told.get("vulnerabilities", {}).items()
    ]
    return Audit(part="build (npm)", known=known, unknown=0, found=tuple(found))


def _json(command: list[str]) -> Any:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        return json.loads(done.stdout)
    except (ValueError, subprocess.TimeoutExpired):
        return None


if __name__ == "__main__":
    sys.exit(main())
