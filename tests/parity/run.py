"""One run: one project, one tool, from its beginning to its end."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Tool(StrEnum):
    """`SAM` looks every 5 s, `SAM_POLLING` every half second (SAM_CLI_POLL_DELAY)."""

    OURS = "ours"
    SAM = "sam"
    SAM_POLLING = "sam, polling 0.5 s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A folder of a repository at a commit."""

    repository: str
    commit: str
    root: str

    @property
    def slug(self) -> str:
        """Its name among files and stacks."""
        return self.root.replace("/", "-").replace("_", "-").replace(".", "-") or "root"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """`seconds` are those of each phase, in their order; `total` is the whole time as its caller waited for it.

    `code` and `reason` say why it was not deployed. `changed` says what was changed in the project for this tool.
    """

    project: Project
    tool: Tool
    round: int
    detected: bool
    packaged: bool
    deployed: bool
    total: float
    seconds: dict[str, float] = field(default_factory=dict)
    artifact_bytes: int | None = None
    code: str = ""
    reason: str = ""
    changed: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, item: dict[str, Any]) -> Run:
        return cls(**{**item, "project": Project(**item["project"]), "tool": Tool(item["tool"])})

    @property
    def key(self) -> tuple[Project, Tool, int]:
        return self.project, self.tool, self.round
