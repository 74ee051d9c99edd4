"""How many sessions there may be at once, and in a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.errors import QuotaExceeded
from deployer.instants import midnight
from deployer.session import head_timestamp

if TYPE_CHECKING:
    from deployer.aws.sessions import Sessions
    from deployer.settings import Settings


def check_quotas(sessions: Sessions, settings: Settings, session_id: str) -> None:
    """Only sessions that came before count against this one, so that of many at once the first are let in.

    Raises QuotaExceeded.
    """
    allowed = settings.max_running_sessions
    if sessions.running_count(session_id) > allowed:
        raise QuotaExceeded(f"{allowed} sessions are running already, and MaxRunningSessions is {allowed}")
    allowed, today = settings.max_sessions_per_day, midnight(head_timestamp(session_id) // 1000)
    if sessions.count_since(today, session_id) > allowed:
        raise QuotaExceeded(f"{allowed} sessions came since midnight (UTC), and MaxSessionsPerDay is {allowed}")
