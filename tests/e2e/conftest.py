"""One embedded platform with the application on it, shared by all end-to-end tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from local import laptop
from local import platform as emulator
from local.lifetime import Lifetime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local.client import Client
    from local.laptop import Laptop
    from local.platform import Platform


@pytest.fixture(scope="session")
def running() -> Iterator[Laptop]:
    """The whole application, its examples served, each function with the rights of its own role."""
    with Lifetime() as lifetime:
        yield laptop.start(lifetime, is_enforced=True)


@pytest.fixture(scope="session")
def client(running: Laptop) -> Client:
    return running.client()


@pytest.fixture(scope="session")
def bare_platform() -> Iterator[Platform]:
    """An emulator with nothing in it."""
    with emulator.running() as platform:
        yield platform
