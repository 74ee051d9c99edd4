"""The figures of a comparison: who deploys what, and the ratios of the times."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING

from tests.parity.blame import owner
from tests.parity.run import Tool

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.parity.blame import Owner
    from tests.parity.run import Project, Run


@dataclass(frozen=True, slots=True)
class Pair:
    """A project's runs, by tool and round."""

    project: Project
    runs: dict[tuple[Tool, int], Run] = field(default_factory=dict)

    def first(self, tool: Tool) -> Run | None:
        return self.runs.get((tool, 1))

    def is_deployed(self, tool: Tool) -> bool:
        run = self.first(tool)
        return bool(run and run.deployed)

    def owner(self, tool: Tool) -> Owner | None:
        """Of that tool's failure, if it failed."""
        run, other = self.first(tool), self.first(Tool.SAM if tool is Tool.OURS else Tool.OURS)
        return owner(run, [other] if other else []) if run else None

    def ratio(self, other: Tool, number: int) -> float | None:
        """Our whole time to theirs, of the same round; nothing unless both deployed."""
        ours, theirs = self.runs.get((Tool.OURS, number)), self.runs.get((other, number))
        if not ours or not theirs or not ours.deployed or not theirs.deployed:
            return None
        return ours.total / theirs.total


def paired(runs: Iterable[Run]) -> list[Pair]:
    """Each project that both tools were asked to deploy, in the order of the runs."""
    pairs: dict[Project, Pair] = {}
    for run in runs:
        pairs.setdefault(run.project, Pair(run.project)).runs[run.tool, run.round] = run
    return [pair for pair in pairs.values() if pair.first(Tool.OURS) and pair.first(Tool.SAM)]


def median_ratio(pairs: Sequence[Pair], other: Tool, number: int) -> tuple[float | None, int]:
    """And of how many projects."""
    ratios = [ratio for pair in pairs if (ratio := pair.ratio(other, number)) is not None]
    return (median(ratios) if ratios else None), len(ratios)


def median_seconds(runs: Iterable[Run]) -> dict[str, float]:
    """By phase, over the runs that have it; and `all`."""
    chosen = [run for run in runs if run.deployed]
    phases = dict.fromkeys(name for run in chosen for name in run.seconds)
    each = {name: median([run.seconds[name] for run in chosen if name in run.seconds]) for name in phases}
    return {**each, "all": median([run.total for run in chosen])} if chosen else {}
