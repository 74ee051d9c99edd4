"""What both tools deployed of the same project, side by side: the files of each package, and the resources."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.parity import packages, resources
from tests.parity.run import Tool
from tests.parity.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tests.parity.difference import Difference
    from tests.parity.figures import Pair
    from tests.parity.results import Results

_PYTHON: Final = re.compile(r"\bpython3\.\d+\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`files`: by the function or layer that both have packaged."""

    root: str
    resource_count: int
    files: dict[str, list[Difference]]
    resources: list[Difference]


def compared(results: Results, pairs: Iterable[Pair]) -> Iterator[Comparison]:
    for pair in pairs:
        ours, theirs = (results.snapshot(pair.project, tool) for tool in (Tool.OURS, Tool.SAM))
        if ours and theirs:
            run = pair.first(Tool.SAM)
            yield compare(pair.project.root, ours, theirs, is_changed=bool(run and run.changed))


def compare(root: str, ours: Snapshot, theirs: Snapshot, *, is_changed: bool = False) -> Comparison:
    """`is_changed`: sam was given another Python than the template names, so neither's is compared."""
    if is_changed:
        ours, theirs = _without_python(ours), _without_python(theirs)
    names = [name for name in ours.packages if name in theirs.packages]
    return Comparison(
        root=root,
        resource_count=len(ours.resources),
        files={name: list(packages.differences(ours.packages[name], theirs.packages[name])) for name in names},
        resources=list(resources.differences(ours.resources, theirs.resources)),
    )


def _without_python(snapshot: Snapshot) -> Snapshot:
    return Snapshot.from_json(json.loads(_PYTHON.sub("python3", json.dumps(snapshot.to_json()))))


def summary(comparisons: Sequence[Comparison]) -> str:
    every = [found for each in comparisons for found in each.files.values()]
    lists = [each.resources for each in comparisons]
    return "\n".join(
        [
            _counted("packages that both have built", every),
            *_reasons(every),
            _counted("projects, by their resources after the transform", lists),
            *_reasons(lists),
        ]
    )


def _counted(what: str, lists: Sequence[Sequence[Difference]]) -> str:
    same = sum(not found for found in lists)
    unexplained = sum(any(not each.why for each in found) for found in lists)
    explained = len(lists) - same - unexplained
    return f"{len(lists)} {what}: {same} the same, {explained} apart from what is explained, {unexplained} not"


def _reasons(lists: Iterable[Sequence[Difference]]) -> Iterator[str]:
    counts = Counter(each.why for found in lists for each in found if each.why)
    for why, count in counts.most_common():
        yield f"  {count} times {why}"


def unexplained(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """Each difference that no rule explains."""
    for each in comparisons:
        for name, found in each.files.items():
            yield from (f"{each.root}: {name}: {one.line}" for one in found if not one.why)
        yield from (f"{each.root}: {one.line}" for one in each.resources if not one.why)


def every(comparisons: Iterable[Comparison]) -> Iterator[str]:
    """Each difference, explained or not."""
    for each in comparisons:
        for name, found in each.files.items():
            yield from (f"{each.root}: {name}: {one.line}" for one in found)
        yield from (f"{each.root}: {one.line}" for one in each.resources)
