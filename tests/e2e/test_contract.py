"""The API answers as its OpenAPI document says, whatever is sent; `make contract` sends more of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.contract.callers import OPEN, called

if TYPE_CHECKING:
    from pathlib import Path

    from local.client import Client
    from local.laptop import Laptop

EXAMPLES, SECONDS = 3, 30


def test_callers_with_a_key(running: Laptop, client: Client, tmp_path: Path) -> None:
    """No answer is undeclared, of another type or shape than declared, or a fault of the server."""
    document = client.call("GET", "/openapi.json").json()

    run = called(running.application, document, tmp_path, examples=EXAMPLES, seconds=SECONDS, with_key=True)

    assert run.is_fine, run.told
    assert {status for _, _, status in run.answers} >= {200, 202, 400, 404}


def test_callers_without_a_key(running: Laptop, client: Client, tmp_path: Path) -> None:
    """Nobody gets in, and each refusal is a declared one."""
    document = client.call("GET", "/openapi.json").json()

    run = called(running.application, document, tmp_path, examples=1, seconds=SECONDS, with_key=False)

    assert list(run.successes) == []
    assert run.is_fine, run.told
    assert {path for _, path, status in run.answers if status == 200} == OPEN
