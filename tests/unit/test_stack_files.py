"""The files that say where the running application is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local import stack_files

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@dataclass
class Endpoint:
    api_url: str = ""
    api_key: str = "key"
    endpoint_url: str = "http://127.0.0.1:1"


@dataclass
class Running:
    application: Endpoint
    platform: Any = None

    def __post_init__(self) -> None:
        self.platform = self.application


def test_files_of_two_platforms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are those of the platform that started last; the other one leaves them when it stops."""
    monkeypatch.setattr(stack_files, "_environments", lambda running: {"url": running.application.api_url})
    one, other = (Running(Endpoint(api_url=url)) for url in ("http://one", "http://other"))
    first = stack_files.written(tmp_path, one)  # type: ignore[arg-type]  # what of a Laptop is read
    second = stack_files.written(tmp_path, other)  # type: ignore[arg-type]  # as above

    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    left = (tmp_path / "stack.json").read_text()
    second.__exit__(None, None, None)

    assert "http://other" in left
    assert list(tmp_path.iterdir()) == []
