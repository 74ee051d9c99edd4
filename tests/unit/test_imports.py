"""Imports point one way: entry points to adapters, adapters to the domain, and everything to the errors."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

import pytest
from tests.unit.application import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FUNCTIONS: Final = ROOT / "functions"
ADAPTERS: Final = {"deployer/github.py", "deployer/exchange.py", "deployer/probe.py"}
OUTSIDE: Final = (
    "deployer.aws",
    "deployer.github",
    "deployer.exchange",
    "deployer.probe",
    "botocore",
    "requests",
    "boto3",
)
MODULES: Final = sorted(path.relative_to(FUNCTIONS).as_posix() for path in FUNCTIONS.rglob("*.py"))
DOMAIN: Final = [
    name
    for name in MODULES
    if name.startswith("deployer/") and name.split("/")[1] != "aws" and name not in ADAPTERS
]
ENTRY_POINTS: Final = {name.removesuffix(".py") for name in MODULES if "/" not in name}


def imported(path: Path) -> Iterator[str]:
    """What a module imports as it is loaded."""
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("name", DOMAIN)
def test_domain(name: str) -> None:
    """The domain knows neither AWS nor the network."""
    assert [module for module in imported(FUNCTIONS / name) if module.startswith(OUTSIDE)] == []


@pytest.mark.parametrize("name", MODULES)
def test_entry_points(name: str) -> None:
    """Nobody imports an entry point."""
    assert ENTRY_POINTS.isdisjoint(imported(FUNCTIONS / name))


def test_errors() -> None:
    """The errors know nobody but what makes their messages harmless."""
    found = [module for module in imported(FUNCTIONS / "deployer/errors.py") if module.startswith("deployer")]
    assert found == ["deployer.log_text"]
