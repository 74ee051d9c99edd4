"""What the build container prints for its own log, and what it takes from the process that built."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

import build
from build_units import _outcome, _warnings

if TYPE_CHECKING:
    from pathlib import Path

METRIC = '{"_aws": {"CloudWatchMetrics": []}}'


def test_texts_of_several_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """No line is one that CloudWatch would take for a metric, whatever line ends a name holds."""
    build._print({"error": None, "packages": {}, "warnings": [f"a\n{METRIC}\nb"], "logTail": [f"x\n{METRIC}"]})

    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 6
    assert all(line.startswith("| ") for line in printed)


@pytest.mark.parametrize(
    "text", ["", "[]", "7", "[" * 100_000, "\ud800", '{"warnings": 7}', '{"warnings": [7, null]}']
)
def test_outcome_of_another_kind(tmp_path: Path, text: str) -> None:
    """Whatever stands in it, there are warnings that are texts, or none."""
    (tmp_path / "outcome").write_bytes(text.encode(errors="surrogatepass"))

    assert all(isinstance(each, str) for each in _warnings(_outcome(tmp_path / "outcome")))


def test_outcome_that_is_no_file(tmp_path: Path) -> None:
    """A pipe that nobody writes to is not waited for, and a link is not followed."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zeros").symlink_to("/dev/zero")
    (tmp_path / "there").write_text('{"tool": "x"}')
    (tmp_path / "link").symlink_to("there")

    assert [_outcome(tmp_path / name) for name in ("pipe", "zeros", "link", "nowhere")] == [{}, {}, {}, {}]
    assert _outcome(tmp_path / "there") == {"tool": "x"}
