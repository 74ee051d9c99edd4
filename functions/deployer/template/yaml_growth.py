"""How large a YAML text grows, measured from its events before anything is built from it."""

from __future__ import annotations

from typing import Any, Final

import yaml

MAX_DEPTH: Final = 100
MAX_NODES: Final = 250_000
"""Counted with every alias written out, as cfn-lint does."""
MAX_EXPANDED_CHARACTERS: Final = 4_000_000
"""Text with every alias written out; CloudFormation takes 1 MB of it."""


class TextInvalid(Exception):
    """The text is no document. `line` counts from 1; 0 where no line is to blame."""

    def __init__(self, problem: str, line: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line


def line_of(mark: Any) -> int:
    """Counted from 1; 0 where there is no mark."""
    return mark.line + 1 if mark else 0


class _Sizes:
    """Nodes and characters with every alias written out: of the whole, and of what each anchor stands for."""

    def __init__(self) -> None:
        self.nodes = 0
        self.characters = 0
        self.open: list[tuple[str | None, int, int]] = []
        self.anchors: dict[str, tuple[int, int]] = {}

    def scalar(self, anchor: str | None, characters: int) -> None:
        self._add(1, characters)
        if anchor is not None:
            self.anchors[anchor] = (1, characters)

    def enter(self, anchor: str | None) -> None:
        self.open.append((anchor, self.nodes, self.characters))
        self.anchors.pop(anchor or "", None)  # inside of it, its name stands for itself
        self._add(1, 0)

    def leave(self) -> None:
        anchor, nodes, characters = self.open.pop()
        if anchor is not None:
            self.anchors[anchor] = (self.nodes - nodes, self.characters - characters)

    def alias(self, anchor: str) -> None:
        self._add(*self.anchors[anchor])

    def _add(self, nodes: int, characters: int) -> None:
        self.nodes += nodes
        self.characters += characters

    @property
    def are_too_large(self) -> bool:
        return self.nodes > MAX_NODES or self.characters > MAX_EXPANDED_CHARACTERS


TOO_DEEP: Final = f"is nested deeper than {MAX_DEPTH} levels"
_TOO_LARGE: Final = (
    f"has more than {MAX_NODES:,} nodes or {MAX_EXPANDED_CHARACTERS:,} characters with its aliases written out"
)


def check_growth(text: str, loader: Any) -> None:
    """Returns when the text can be composed. Raises TextInvalid otherwise, and what PyYAML raises for no YAML."""
    sizes = _Sizes()
    for event in yaml.parse(text, Loader=loader):
        _measure(event, sizes)
        if len(sizes.open) > MAX_DEPTH:
            raise TextInvalid(TOO_DEEP, line_of(event.start_mark))
        if sizes.are_too_large:
            raise TextInvalid(_TOO_LARGE, line_of(event.start_mark))


def _measure(event: Any, sizes: _Sizes) -> None:
    match event:
        case yaml.ScalarEvent():
            sizes.scalar(event.anchor, len(event.value))
        case yaml.CollectionStartEvent():
            sizes.enter(event.anchor)
        case yaml.CollectionEndEvent():
            sizes.leave()
        case yaml.AliasEvent() if event.anchor in sizes.anchors:
            sizes.alias(event.anchor)
        case yaml.AliasEvent():
            raise TextInvalid(f"*{event.anchor} stands for nothing before it", line_of(event.start_mark))
