"""All attacks, by what they are aimed at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hostile import archives, builds, git_sources, inputs, requests_out, sessions, stacks, templates, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.hostile.case import Case

_PARTS = (inputs, sessions, templates, stacks, archives, requests_out, texts, git_sources, builds)


def cases(beginnings: Sequence[str] = ()) -> list[Case]:
    """Those whose id begins with one of the texts; all of them when none is given."""
    every = [case for part in _PARTS for case in part.cases()]
    return [case for case in every if not beginnings or case.id.startswith(tuple(beginnings))]
