"""What `make parity` prints."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from tests.benchmarks.table import table
from tests.parity import figures
from tests.parity.blame import Owner
from tests.parity.run import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.parity.figures import Pair
    from tests.parity.run import Run

BOUNDS: Final = {(Tool.SAM, 1): 0.5, (Tool.SAM_POLLING, 1): 1.0, (Tool.SAM, 2): 0.25}
"""Our whole time to theirs, at most: the median of the projects."""


def told(run: Run, owner: Owner | None) -> str:
    """One run in one line."""
    steps = (("detected", run.detected), ("packaged", run.packaged), ("deployed", run.deployed))
    reached = [name for name, is_reached in steps if is_reached]
    seconds = ", ".join(f"{name} {each:.1f}" for name, each in run.seconds.items())
    size = f", {run.artifact_bytes} bytes" if run.artifact_bytes is not None else ""
    changed = f", changed: {run.changed}" if run.changed else ""
    failed = f"; {owner}: {run.code}: {run.reason[:300]}" if owner else ""
    done = " ".join(reached) or "nothing"
    what = f"{run.project.root}  {run.tool}  {run.round}"
    return f"{what}: {done}, {run.total:.1f} s ({seconds}){size}{changed}{failed}"


def report(pairs: Sequence[Pair]) -> str:
    parts = [
        verdict(pairs),
        f"How far each tool came\n{reached_table(pairs)}",
        f"Whose the failures are\n{owners_table(pairs)}",
        f"Our whole time, POST to success, to theirs, build and deploy: median of ratios\n{ratio_table(pairs)}",
        f"Seconds by phase, medians of the projects that both deploy\n{phases(pairs)}",
        *_listed("sam deploys, we do not", _failures(pairs, Tool.OURS, Tool.SAM)),
        *_listed("we deploy, sam does not", _failures(pairs, Tool.SAM, Tool.OURS)),
        *_listed("neither deploys; our reason", _neither(pairs)),
    ]
    return "\n\n".join(parts)


def verdict(pairs: Sequence[Pair]) -> str:
    """n of m against n of m."""
    ours, sam = (sum(pair.is_deployed(tool) for pair in pairs) for tool in (Tool.OURS, Tool.SAM))
    changed = sum(bool((run := pair.first(Tool.SAM)) and run.deployed and run.changed) for pair in pairs)
    more = f", {changed} of these only with the Python of this machine in the place of theirs" if changed else ""
    return f"ours deploys {ours} of {len(pairs)}, sam {sam} of {len(pairs)}{more}"


def reached_table(pairs: Sequence[Pair]) -> str:
    def row(tool: Tool) -> list[str]:
        runs = [run for pair in pairs if (run := pair.first(tool))]
        counts = (
            len(runs),
            *(sum(getattr(run, step) for run in runs) for step in ("detected", "packaged", "deployed")),
        )
        return [tool.value, *map(str, counts)]

    return table(["tool", "projects", "detected", "packaged", "deployed"], [row(Tool.OURS), row(Tool.SAM)])


def owners_table(pairs: Sequence[Pair]) -> str:
    rows = []
    for tool in (Tool.OURS, Tool.SAM):
        counts = Counter(owner for pair in pairs if (owner := pair.owner(tool)))
        rows.append([tool.value, *(str(counts[each]) for each in Owner)])
    return table(["tool", *Owner], rows)


def ratio_table(pairs: Sequence[Pair]) -> str:
    rounds = sorted({number for pair in pairs for _, number in pair.runs})
    keys = [(tool, number) for number in rounds for tool in (Tool.SAM, Tool.SAM_POLLING)]
    return table(["against", "run", "projects", "median", "at most"], [_ratio_row(pairs, *key) for key in keys])


def _ratio_row(pairs: Sequence[Pair], tool: Tool, number: int) -> list[str]:
    ratio, count = figures.median_ratio(pairs, tool, number)
    bound = BOUNDS.get((tool, number))
    return [
        tool.value,
        str(number),
        str(count),
        "-" if ratio is None else f"{ratio:.2f}",
        "-" if bound is None else f"{bound:.2f}",
    ]


def phases(pairs: Sequence[Pair]) -> str:
    both = [pair for pair in pairs if pair.is_deployed(Tool.OURS) and pair.is_deployed(Tool.SAM)]
    keys = sorted({key for pair in both for key in pair.runs}, key=lambda key: (list(Tool).index(key[0]), key[1]))
    return "\n".join(_phase_line(both, *key) for key in keys)


def _phase_line(both: Sequence[Pair], tool: Tool, number: int) -> str:
    seconds = figures.median_seconds(run for pair in both if (run := pair.runs.get((tool, number))))
    return f"{tool.value} {number}: {', '.join(f'{name} {each:.1f}' for name, each in seconds.items()) or 'none'}"


def _failures(pairs: Sequence[Pair], failed: Tool, other: Tool) -> Iterator[str]:
    for pair in pairs:
        if pair.is_deployed(other) and not pair.is_deployed(failed):
            yield _reason(pair, failed)


def _neither(pairs: Sequence[Pair]) -> Iterator[str]:
    for pair in pairs:
        if not pair.is_deployed(Tool.OURS) and not pair.is_deployed(Tool.SAM):
            yield _reason(pair, Tool.OURS)


def _reason(pair: Pair, tool: Tool) -> str:
    run = pair.runs[tool, 1]
    return f"{pair.project.root}: {pair.owner(tool)}: {run.code}: {run.reason[:300]}"


def _listed(title: str, lines: Iterator[str]) -> list[str]:
    every = list(lines)
    return ["\n".join([f"{title} ({len(every)})", *(f"  {line}" for line in every)])] if every else []
