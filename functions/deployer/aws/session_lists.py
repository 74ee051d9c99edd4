"""Many sessions at once: pages of heads, and how many there are. By index, never by scan."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from deployer.errors import PageTokenInvalid
from deployer.page_token import page_token, position_of
from deployer.session import Head, SessionKind, SessionStatus, caller_kind, head_timestamp, is_session_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from deployer.aws.table import Table

# In the order in which a session has them: looked through so, no session slips from one to the next unseen.
_UNSETTLED: Final = tuple(status for status in SessionStatus if not status.is_settled)
_RUNNING: Final = tuple(status for status in _UNSETTLED if status is not SessionStatus.DELETING)
_FILTERED_PAGE: Final = 100


class SessionLists:
    def __init__(self, table: Table) -> None:
        self._table = table

    def page(
        self,
        kind: SessionKind,
        caller: str,
        status: SessionStatus | None,
        repository: str | None,
        limit: int,
        token: str | None,
    ) -> tuple[list[Head], str | None]:
        """At most `limit` heads of the caller's, newest first, and the token of the next page when there is one.

        Raises PageTokenInvalid when the token is not of a list with the same caller and filters.
        """
        of_caller = caller_kind(caller, kind)
        filters = (of_caller, status.value if status else "", repository or "")
        index, attribute, value = _narrowest(of_caller, status, repository)
        after = _start(position_of(token, *filters), attribute, value) if token else None
        heads = self._matching(index, attribute, value, after, {"callerKind": of_caller, "status": status}, limit)
        page = list(islice(heads, limit + 1))
        more = len(page) > limit
        return page[:limit], page_token(page[limit - 1]["sessionId"], *filters) if more else None

    def count(self, attribute: str, value: str, *, since: int, until: int) -> int:
        """How many heads have that value, with a time from `since` up to before `until` (microseconds)."""
        return self._table.count(
            f"#{attribute} = :value AND #timestamp BETWEEN :since AND :until",
            {"value": value, "since": since, "until": until - 1},
            index=_INDEXES[attribute],
        )

    def unsettled_before(self, moment: int) -> Iterator[Head]:
        """Heads with a status that is not settled, and a time before `moment` (microseconds)."""
        return self._before(moment, _UNSETTLED)

    def running_before(self, moment: int) -> int:
        """How many sessions run that came before `moment` (microseconds).

        One that takes a step meanwhile is found with both of its statuses, and counts once.
        """
        return len({head["sessionId"] for head in self._before(moment, _RUNNING)})

    def _before(self, moment: int, statuses: Iterable[SessionStatus]) -> Iterator[Head]:
        for status in statuses:
            yield from self._table.query(
                "#status = :value AND #timestamp < :moment",
                {"value": status.value, "moment": moment},
                index=_INDEXES["status"],
            )

    def _matching(
        self,
        index: str,
        attribute: str,
        value: str,
        after: dict[str, Any] | None,
        wanted: dict[str, Any],
        limit: int,
    ) -> Iterator[Head]:
        found = self._table.query(
            f"#{attribute} = :value",
            {"value": value},
            index=index,
            newest_first=True,
            after=after,
            page=limit + 1 if attribute == "callerKind" else _FILTERED_PAGE,
        )
        return (head for head in found if all(value in (None, head[name]) for name, value in wanted.items()))


_INDEXES: Final = {
    "status": "StatusIndex",
    "kind": "KindIndex",
    "callerKind": "CallerIndex",
    "repository": "RepositoryIndex",
}


def _narrowest(of_caller: str, status: SessionStatus | None, repository: str | None) -> tuple[str, str, str]:
    """The index, attribute and value that leave the least to look through."""
    if repository:
        return _INDEXES["repository"], "repository", repository
    if status:
        return _INDEXES["status"], "status", status.value
    return _INDEXES["callerKind"], "callerKind", of_caller


def _start(session_id: str, attribute: str, value: str) -> dict[str, Any]:
    """Where an index is taken up again: behind that session."""
    if not is_session_id(session_id):
        raise PageTokenInvalid("the page token names no session")
    return {"sessionId": session_id, "timestamp": head_timestamp(session_id), attribute: value}
