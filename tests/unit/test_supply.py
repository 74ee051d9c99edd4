"""What ships is made of exact versions whose content is known, and is looked at for what is known of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from supply.audit import _of_npm, _of_python
from supply.parts import APART, DEVELOPMENT, ROOT, SHIPPED, lock_of

if TYPE_CHECKING:
    from pathlib import Path

LISTS = [DEVELOPMENT, *SHIPPED.values(), *APART.values()]
DOCKERFILES = [ROOT / "containers" / name / "Dockerfile" for name in ("clone", "build")]
_PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", re.MULTILINE)


def pins(path: Path) -> set[tuple[str, str]]:
    return {(re.sub(r"[._-]+", "-", name).lower(), version) for name, version in _PIN.findall(path.read_text())}


@pytest.mark.parametrize("path", LISTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_lock(path: Path) -> None:
    """It has what the list pins, and a digest of every package; `make lock` makes it."""
    lock = lock_of(path)
    blocks = re.split(r"\n(?=[a-z0-9])", lock.read_text())[1:]

    assert pins(path) <= pins(lock)
    assert blocks
    assert [block.split()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("path", SHIPPED.values(), ids=SHIPPED)
def test_versions_that_ship(path: Path) -> None:
    """They are those that are developed and tested with; what Rust needs is not on every machine."""
    if path != SHIPPED["build-rust"]:
        assert pins(lock_of(path)) <= pins(lock_of(DEVELOPMENT))


@pytest.mark.parametrize("path", SHIPPED.values(), ids=SHIPPED)
def test_pinned_by_hand(path: Path) -> None:
    """What ships names one version of each thing that it asks for."""
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]

    assert [line for line in lines if "==" not in line] == []


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_images(path: Path) -> None:
    """Nothing is installed whose digest is not known, nobody is root, and no layer has a secret."""
    text = path.read_text().replace("\\\n", " ")

    assert all("--require-hashes" in line for line in re.findall(r"pip install[^;&]*", text))
    assert "npm install" not in text
    assert text.rindex("\nUSER 10001\n") > text.rindex("\nRUN ")
    assert re.findall(r"(?im)^(?:ARG|ENV)\b.*(?:TOKEN|SECRET|PASSWORD|CREDENTIAL)", text) == []


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_what_is_copied_into_an_image(path: Path) -> None:
    """Only what it runs and installs: no folder that could hold what a developer left there."""
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", path.read_text(), re.MULTILINE)
    allowed = re.compile(
        r"functions/deployer|containers/(?:clone|build)/(?:\*\.py|package(?:-lock)?\.json|requirements\S*\.txt)"
    )

    assert [each for line in copied for each in line.split() if not allowed.fullmatch(each)] == []


def _package(name: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, "version": "1", "vulns": []} | rest


def test_vulnerability() -> None:
    """It is told with what mends it; what nobody could be asked about is counted."""
    found = {"id": "PYSEC-1", "aliases": [], "fix_versions": ["2", "3"]}
    answer = {"dependencies": [_package("a", vulns=[found]), _package("b"), {"name": "c", "skip_reason": "x"}]}

    audit = _of_python("clone", answer)

    assert audit.found == ("a 1: PYSEC-1, fixed in 2 or 3",)
    assert audit.line == "clone        2 packages audited, 1 unknown to the advisories, 1 vulnerabilities"


@pytest.mark.parametrize("answer", [None, [], {"dependencies": [{"name": "c", "skip_reason": "x"}]}])
def test_advisories_out_of_reach(answer: Any) -> None:
    """That is said, and is no vulnerability."""
    audit = _of_python("clone", answer)

    assert audit.found == ()
    assert "not audited: the advisories cannot be reached" in audit.line


def test_vulnerability_of_npm() -> None:
    """npm's own report is read; one that is an error is none."""
    told = {
        "vulnerabilities": {"x": {"severity": "high", "range": "<2"}},
        "metadata": {"dependencies": {"total": 9}},
    }

    assert _of_npm(told).found == ("x: high, <2",)
    assert "not audited" in _of_npm({"message": "405 Method Not Allowed"}).line
