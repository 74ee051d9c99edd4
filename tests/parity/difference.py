"""One difference between what two tools deployed, and why it is one, where that is known."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """`where`: of a package its file, of a template a resource and property. `why` is empty: unexplained."""

    where: str
    what: str
    why: str = ""

    @property
    def line(self) -> str:
        return f"{self.where}: {self.what}{f' ({self.why})' if self.why else ''}"
