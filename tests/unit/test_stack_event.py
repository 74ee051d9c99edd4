"""deployer.stack.event: the first cause among many failures."""

from __future__ import annotations

from tests.stack_events import CHILD, ROOT, event, of_nested, of_stack

from deployer.stack.event import cursor_after, first_cause, in_order
from deployer.stack.hints import hint_for


def test_nothing_failed() -> None:
    """No failure, no cause."""
    assert first_cause([of_stack("CREATE_COMPLETE")]) is None
    assert first_cause([]) is None


def test_cancellations_around_the_cause() -> None:
    """Resources that were cancelled did not fail, wherever they stand."""
    events = [
        event("Early", "CREATE_FAILED", "Resource creation cancelled", ms=1),
        event("Table", "CREATE_FAILED", "Table already exists", ms=2),
        event("Late", "UPDATE_FAILED", "Resource update cancelled", ms=3),
        of_stack("ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Table, Late].", ms=4),
    ]

    cause = first_cause(events)

    assert cause is not None
    assert cause.text == "Table: Table already exists"
    assert "leave the name out" in hint_for(cause.text)


def test_several_failures() -> None:
    """The earliest is the cause; a removal that failed in the rollback is not."""
    events = [
        event("First", "CREATE_FAILED", "first", ms=1),
        event("Second", "CREATE_FAILED", "second", ms=2),
        event("Bucket", "DELETE_FAILED", "not empty", ms=9),
    ]

    cause = first_cause(events)

    assert cause is not None
    assert cause.resource == "First"


def test_failures_of_the_same_millisecond() -> None:
    """The one that says why counts, in whatever order they came."""
    silent = event("Silent", "CREATE_FAILED", "", ms=5)
    telling = event("Telling", "CREATE_FAILED", "Access Denied", ms=5)

    causes = [first_cause([silent, telling]), first_cause([telling, silent])]

    assert [cause.resource for cause in causes if cause] == ["Telling", "Telling"]


def test_failure_in_a_nested_stack() -> None:
    """The child's own resource is the cause, though its parent's event has the same millisecond."""
    events = [
        of_nested("CREATE_IN_PROGRESS", ms=1),
        of_nested("CREATE_FAILED", "Embedded stack was not successfully created", ms=2),
        of_stack("ROLLBACK_IN_PROGRESS", "failed to create: [Queue]", ms=2, stack_id=CHILD),
        event("Queue", "CREATE_FAILED", "limit exceeded", ms=2, stack_id=CHILD),
    ]

    cause = first_cause(events)

    assert cause is not None
    assert cause.text == "Queue: limit exceeded (in nested stack Inner)"


def test_nested_stack_whose_events_are_unknown() -> None:
    """Without the child's events the parent's are all there is."""
    cause = first_cause([of_nested("CREATE_FAILED", "Embedded stack was not successfully created")])

    assert cause is not None
    assert cause.resource == "Inner"


def test_stack_that_fails_as_a_whole() -> None:
    """A stack can fail or go back without a failed resource: its own event is the cause."""
    failed = first_cause([of_stack("CREATE_FAILED", "Validation failed"), of_stack("ROLLBACK_IN_PROGRESS", ms=1)])
    went_back = first_cause([of_stack("UPDATE_ROLLBACK_IN_PROGRESS", "Alarm in ALARM state")])

    assert failed is not None
    assert failed.reason == "Validation failed"
    assert went_back is not None
    assert went_back.reason == "Alarm in ALARM state"


def test_failure_without_a_reason() -> None:
    """A cause never is an empty text."""
    cause = first_cause([event("Queue", "CREATE_FAILED")])

    assert cause is not None
    assert cause.text == "Queue: CREATE_FAILED"


def test_order_of_the_same_millisecond() -> None:
    """Events of one moment stay in the order that they came in."""
    first, second, early = event("B", "X", ms=5), event("A", "X", ms=5), event("C", "X", ms=1)

    assert in_order([first, second, early]) == [early, first, second]


def test_cursor_behind_new_events() -> None:
    """It holds each stack's last event, and names a nested stack before that has told anything."""
    known = {ROOT: "old", "other": "kept"}
    news = [event("A", "X", ms=1), of_nested("CREATE_IN_PROGRESS", ms=2)]

    assert cursor_after(known, news) == {ROOT: news[1].event_id, "other": "kept", CHILD: ""}


def test_cursor_keeps_what_a_nested_stack_told() -> None:
    """A later event of the parent does not send the child back to its beginning."""
    assert cursor_after({CHILD: "seen"}, [of_nested("CREATE_COMPLETE")])[CHILD] == "seen"
