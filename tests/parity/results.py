"""The folder of a comparison: `results.jsonl`, a line per run, and what each tool deployed, a file per project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.parity.run import Run
from tests.parity.snapshot import Snapshot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.parity.run import Project, Tool


class Results:
    """What is in the folder is not run again: an interruption loses the run that it cuts off, and no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "results.jsonl"
        folder.mkdir(parents=True, exist_ok=True)
        self.runs = [Run.from_json(each) for each in _whole_lines(self._file)]

    def add(self, run: Run) -> None:
        self.runs.append(run)
        with self._file.open("a") as file:
            file.write(f"{json.dumps(run.to_json())}\n")

    def find(self, project: Project, tool: Tool, number: int) -> Run | None:
        return next((run for run in self.runs if run.key == (project, tool, number)), None)

    def keep(self, project: Project, tool: Tool, snapshot: Snapshot) -> None:
        path = self._snapshot(project, tool)
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(snapshot.to_json()))

    def snapshot(self, project: Project, tool: Tool) -> Snapshot | None:
        path = self._snapshot(project, tool)
        return Snapshot.from_json(json.loads(path.read_text())) if path.exists() else None

    def _snapshot(self, project: Project, tool: Tool) -> Path:
        return (
            self._folder / "deployed" / f"{project.slug}.{project.commit[:10]}.{tool.value.partition(',')[0]}.json"
        )


def _whole_lines(file: Path) -> list[dict[str, object]]:
    """A last line that was cut off is none."""
    text = file.read_text() if file.exists() else ""
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        file.write_text(whole)
    return [json.loads(line) for line in whole.splitlines() if line]
