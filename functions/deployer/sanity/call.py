"""A call that a deployed function gets from somebody: what kind, and an event as that one would send it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from deployer.sanity.payloads import Origin

if TYPE_CHECKING:
    from deployer.sanity.event_kind import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    kind: EventKind
    event: Any
    origin: Origin = Origin.SHAPED
    reports_items: bool = False  # FunctionResponseTypes: ReportBatchItemFailures
    method: str = ""  # of a request

    @property
    def urgency(self) -> int:
        """The lowest is asked first, among calls of one kind: what reads, and what was not made up."""
        reads = ("GET", "ANY", "", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
        has_names = "{" in str(self.event.get("resource", "")) if isinstance(self.event, dict) else False
        first = reads.index(self.method) if self.method in reads else len(reads)
        return 2 * first + has_names
