"""The session table: the only way in which sessions are written and read."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from deployer.aws.executions import execution_arn
from deployer.aws.idempotency_keys import earlier_session, first_use
from deployer.aws.session_details import SessionDetails
from deployer.aws.session_items import head_key, log_items
from deployer.aws.session_lists import SessionLists
from deployer.aws.stack_locks import lock_write
from deployer.aws.table import MAX_WRITES, ConditionNotMet, Item, Table, Write
from deployer.errors import (
    NothingToRemove,
    SessionCancelled,
    SessionNotFound,
    SessionNotSettled,
    StackLocked,
)
from deployer.instants import iso8601
from deployer.log_text import clean
from deployer.session import (
    ChangeRecord,
    ErrorRecord,
    Head,
    LogEntry,
    LogLevel,
    ResourceRecord,
    SessionKind,
    SessionStatus,
    Stage,
    head_timestamp,
    is_session_id,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from deployer.idempotency import Idempotency
    from deployer.sanity.sanity_test import SanityTestResult
    from deployer.settings import Settings

_DAY_SECONDS: Final = 86_400
_GIVEN: Final = "givenParameters"
_LEVELS: Final = {SessionStatus.FAILED: LogLevel.ERROR, SessionStatus.CANCELLED: LogLevel.WARNING}


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


class Sessions:
    """`entered_at` is when the state was entered, the same at every retry: keys are derived from it."""

    def __init__(self, table_name: str, log_days: int, now_ms: Callable[[], int] = _now_ms) -> None:
        self._table = Table(table_name)
        self._lists = SessionLists(self._table)
        self._details = SessionDetails(self._table)
        self._log_days = log_days
        self._now_ms = now_ms

    @classmethod
    def from_settings(cls, settings: Settings) -> Sessions:
        return cls(settings.table_name, settings.log_retention_days)

    def create(self, head: Head, *idempotencies: Idempotency, parameters: Mapping[str, str] | None = None) -> str:
        """The id of the session that counts: this one's, or an earlier one's with the same key and request.

        `parameters` are kept until it settles: until the template is known, any of them may be a secret.
        Raises IdempotencyKeyReused when one of the keys came with another request.
        """
        head = head | head_key(head["sessionId"]) | {"expiresAt": self._expires_at()}
        head |= {_GIVEN: dict(parameters)} if parameters else {}
        now = self._now_seconds()
        keys = [first_use(self._table, each, head["sessionId"], now) for each in idempotencies]
        writes = [self._table.put(head, "attribute_not_exists(#sessionId)"), *keys]
        try:
            self._table.write(*writes)
        except ConditionNotMet:
            return earlier_session(self._table, idempotencies) if idempotencies else str(head["sessionId"])
        return str(head["sessionId"])

    def head(self, session_id: str) -> Head:
        """The head as it is now.

        Raises SessionNotFound.
        """
        head = self._table.get(head_key(session_id))
        if head is None:
            raise SessionNotFound(f"there is no session {session_id}")
        return head

    def given_parameters(self, session_id: str) -> dict[str, str]:
        """What the request gave the template's parameters; nothing once the session has settled.

        Raises SessionNotFound.
        """
        return dict(self.head(session_id).get(_GIVEN, {}))

    def head_of(self, session_id: str, caller: str) -> Head:
        """The same, for whom it may be shown to. Raises SessionNotFound for another caller's, too."""
        head = self.head(session_id)
        if head["caller"] != caller:
            raise SessionNotFound(f"there is no session {session_id}")
        return head

    def is_anothers(self, session_id: str | None, caller: str) -> bool:
        """Whether the session that a stack's tag names is known, and another caller's."""
        try:
            return (
                session_id is not None and is_session_id(session_id) and self.head(session_id)["caller"] != caller
            )
        except SessionNotFound:
            return False

    def advance(
        self,
        session_id: str,
        entered_at: str,
        *,
        done: Stage,
        next: Stage,
        message: str,
        entries: Sequence[tuple[LogLevel, str]] = (),
        status: SessionStatus = SessionStatus.DEPLOYING,
        **attributes: Any,
    ) -> None:
        """The way in which a state writes: its log entries (of stage `done`), and where the session is now.

        `status` is what the session is while it runs. `attributes` are set on the head; None leaves one as it is.
        Entries over the size of one transaction go
        first, under keys that a retry overwrites. Raises SessionCancelled when the session has settled meanwhile.
        """
        changes = self._moved(next, message) | {k: v for k, v in attributes.items() if v is not None}
        logs = self._log_writes(session_id, entered_at, done, entries)
        try:
            running = changes | {"status": status.value}
            self._write_last(logs, self._head_update(session_id, running, status.may_follow))
        except ConditionNotMet:
            self._advance_removal(session_id, logs, changes)

    def log(self, session_id: str, entered_at: str, stage: Stage, entries: Sequence[tuple[LogLevel, str]]) -> None:
        """Entries alone. A state that also advances gives them to `advance`: the keys would be the same."""
        self._details.write_all(self._log_writes(session_id, entered_at, stage, entries))

    def settle(
        self,
        session_id: str,
        entered_at: str,
        status: SessionStatus,
        message: str,
        error: ErrorRecord | None = None,
        **attributes: Any,
    ) -> bool:
        """Whether this call settled the session: False when it had settled already. Appends one log entry."""
        changes = self._moved(Stage.SETTLED, message) | attributes | {"status": status.value}
        changes |= {"error": error | {"message": clean(error["message"])}} if error else {}
        changes |= {"expiresAt": self._expires_at()} if status is SessionStatus.DELETED else {}
        entry = (_LEVELS.get(status, LogLevel.INFO), message)
        logs = self._log_writes(session_id, entered_at, Stage.SETTLED, [entry])
        duration = {"durationMs": self._now_ms() - head_timestamp(session_id) // 1000}
        try:
            update = self._head_update(session_id, changes, status.may_follow, duration, removed=[_GIVEN])
            self._table.write(*logs, update)
        except ConditionNotMet:
            return False
        return True

    def start_removal(self, session_id: str, machine_arn: str) -> Head:
        """The head, with status deleting and `executionArn` of the removal that is now to be started.

        The same again while it is deleting. Takes the stack's lock with it. Raises SessionNotFound,
        SessionNotSettled, NothingToRemove, StackLocked.
        """
        head = self.head(session_id)
        status = SessionStatus(head["status"])
        if status is SessionStatus.DELETING:
            return head
        if not status.is_settled:
            raise SessionNotSettled(f"session {session_id} is {status}")
        if status is SessionStatus.DELETED or not _has_stack(head):
            raise NothingToRemove(f"session {session_id} has no stack")
        self._write_removal(head, status, machine_arn)
        return self.head(session_id)

    def logs(self, session_id: str, after: str | None, limit: int) -> tuple[list[LogEntry], str | None]:
        """See SessionDetails.logs."""
        return self._details.logs(session_id, after, limit)

    def add_resources(self, session_id: str, resources: Sequence[ResourceRecord]) -> None:
        self._details.add_resources(session_id, resources)

    def resources(self, session_id: str) -> list[ResourceRecord]:
        return self._details.resources(session_id)

    def expire_resources(self, session_id: str) -> None:
        """They are kept as long as entries are from now on, no longer as long as the stack lives."""
        self._details.expire_resources(session_id, self._expires_at())

    def add_result(self, session_id: str, number: int, result: SanityTestResult) -> None:
        """See SessionDetails.add_result."""
        self._details.add_result(session_id, number, result, self._expires_at())

    def results(self, session_id: str, after: str | None, limit: int) -> tuple[list[SanityTestResult], str | None]:
        """See SessionDetails.results."""
        return self._details.results(session_id, after, limit)

    def numbered_results(self, session_id: str) -> dict[int, SanityTestResult]:
        """See SessionDetails.numbered_results."""
        return self._details.numbered_results(session_id)

    def add_changes(self, session_id: str, changes: Sequence[ChangeRecord]) -> None:
        self._details.add_changes(session_id, changes)

    def changes(self, session_id: str) -> list[ChangeRecord]:
        return self._details.changes(session_id)

    def list(
        self,
        kind: SessionKind,
        caller: str,
        *,
        status: SessionStatus | None = None,
        repository: str | None = None,
        limit: int,
        token: str | None = None,
    ) -> tuple[list[Head], str | None]:
        """See SessionLists.page. `repository` is owner/name."""
        return self._lists.page(kind, caller, status, repository, limit, token)

    def take_lock(self, stack_name: str, session_id: str) -> None:
        """Raises StackLocked when a running session holds it."""
        try:
            self._table.write(lock_write(self._table, stack_name, session_id, self._expires_at()))
        except ConditionNotMet:
            raise StackLocked(f"another session is just now taking the stack {stack_name}") from None

    def running_count(self, session_id: str) -> int:
        """Sessions that run now and came before this one, and this one."""
        return 1 + self._lists.running_before(head_timestamp(session_id))

    def count_since(self, since_ms: int, session_id: str) -> int:
        """Sessions from that moment on that came before this one, and this one."""
        since, until = since_ms * 1000, head_timestamp(session_id)
        return 1 + sum(self._lists.count("kind", kind.value, since=since, until=until) for kind in SessionKind)

    def unsettled_before(self, moment_ms: int) -> Iterator[Head]:
        """Heads, as their index has them, of sessions that came before that moment and have not settled."""
        return self._lists.unsettled_before(moment_ms * 1000)

    def _advance_removal(self, session_id: str, logs: Sequence[Write], changes: Item) -> None:
        try:
            self._write_last(logs, self._head_update(session_id, changes, (SessionStatus.DELETING,)))
        except ConditionNotMet:
            raise SessionCancelled(f"session {session_id} has settled meanwhile") from None

    def _write_removal(self, head: Head, status: SessionStatus, machine_arn: str) -> None:
        """`removals` counts them: each has an execution of its own name, and only one caller makes the next."""
        session_id, number = head["sessionId"], head.get("removals", 0) + 1
        name = f"{session_id}-removal-{number}"
        changes = self._moved(Stage.REMOVING, "removing the stack") | {
            "status": SessionStatus.DELETING.value,
            "removals": number,
            "executionArn": execution_arn(machine_arn, name),
        }
        lock = lock_write(self._table, head["stackName"], session_id, self._expires_at())
        try:
            self._table.write(lock, self._head_update(session_id, changes, (status,), removed=["error"]))
        except ConditionNotMet:
            raise SessionNotSettled(f"session {session_id} is being removed, or its stack changed") from None

    def _head_update(
        self,
        session_id: str,
        changes: Item,
        allowed: Sequence[SessionStatus] | frozenset[SessionStatus],
        defaults: Item | None = None,
        removed: Sequence[str] = (),
    ) -> Write:
        statuses = {f"was{place}": status.value for place, status in enumerate(sorted(allowed))}
        # A head does not expire while its stack lives; the stack that a test session looks at is not its own.
        is_deploying = changes.get("status") == SessionStatus.DEPLOYING
        kept = ["expiresAt"] if is_deploying and "stackId" in changes else []
        return self._table.update(
            head_key(session_id),
            changes,
            condition=f"#status IN ({', '.join(f':{name}' for name in statuses)})",
            values=statuses,
            defaults=defaults,
            removed=[*removed, *kept],
        )

    def _log_writes(
        self, session_id: str, entered_at: str, stage: Stage, entries: Sequence[tuple[LogLevel, str]]
    ) -> Sequence[Write]:
        items = log_items(session_id, entered_at, stage, entries, self._expires_at())
        return [self._table.put(item) for item in items]

    def _write_last(self, before: Sequence[Write], last: Write) -> None:
        """`last` in one transaction with as many of the others as fit."""
        split = max(0, len(before) - (MAX_WRITES - 1))
        self._details.write_all(before[:split])
        self._table.write(*before[split:], last)

    def _moved(self, stage: Stage, message: str) -> Item:
        return {"stage": stage.value, "message": clean(message), "updatedAt": iso8601(self._now_ms())}

    def _now_seconds(self) -> int:
        return self._now_ms() // 1000

    def _expires_at(self) -> int:
        return self._now_seconds() + self._log_days * _DAY_SECONDS


def _has_stack(head: Head) -> bool:
    """A plan leaves no stack of its own, whatever stack it looked at; a test looks at one that is not its own."""
    is_deployment = head["kind"] == SessionKind.DEPLOYMENT
    return is_deployment and "stackId" in head and head["request"]["mode"] == "deploy"
