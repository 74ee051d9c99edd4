"""Stacks that mean harm: that never settle, adopt what is there, stay behind, or are called by something evil."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from tests.cloudformation import CHANGE_SET_ID, STACK_ID, CannedCloudFormation, a_stack
from tests.hostile.case import NO_HARM, Act, Case

from deployer.aws import stack_answers
from deployer.aws.stacks import Stacks
from deployer.redaction import members_without_secrets
from deployer.stack.change_set import ChangeSetRequest
from deployer.stack.watch import begun, failure, has_settled, left, log_entries, looked_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.hostile.arena import Arena

_BEGUN_AT: Final = "2026-11-18T13:06:40.000Z"
_TIMEOUT_MINUTES: Final = 60
_MAX_LOOKS: Final = 1000  # 9 events of 25,000 each (Step Functions Developer Guide, "Quotas")
_NEVER_SETTLES: Final = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
EVIL: Final = (
    "<script>alert(1)</script>\x1b[2J",
    "\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\",
    "a\rb\x00c\u202ed",
    "x\x9b31m",
)
_CONTROLS: Final = frozenset("\x00\r\x1b\x9b\u202e")


def cases() -> Iterator[Case]:
    yield _case("T11-1", "a change set that adopts what is there already", (NO_HARM,), _imports)
    yield _case("T11-2", "a stack that leaves all of its resources behind", ("told",), _leaves)
    for number, status in enumerate(_NEVER_SETTLES, 1):
        yield _case(f"T12-{number}", f"a stack that is {status} for ever", ("StackTimedOut",), _waits(status))
    for number, text in enumerate(EVIL, 1):
        yield _case(f"T13-{number}", f"outputs and names of {text!r}", (NO_HARM,), _is_called(text))


def _case(id: str, attack: str, expected: tuple[str, ...], act: Act) -> Case:
    def prepare(place: Arena) -> Act:
        return act

    return Case(id=id, attack=attack, expected=expected, prepare=prepare)


def _imports() -> str:
    """What CloudFormation is asked for leaves importing at its default, which is not to."""
    os.environ["AWS_DEFAULT_REGION"] = "eu-west-1"  # an attack's process is its own
    cloudformation = CannedCloudFormation()
    cloudformation.answers("CreateChangeSet", {"Id": CHANGE_SET_ID, "StackId": STACK_ID})
    for kind in ("CREATE", "UPDATE"):
        Stacks("arn:aws:iam::123456789012:role/service").create_change_set(
            ChangeSetRequest(
                session_id="0199a2b4-0000-7000-8000-000000000000",
                stack_name="shop",
                kind=kind,
                template_url="https://our-artifacts.s3.amazonaws.com/packages/x.template.json",
                capabilities=["CAPABILITY_NAMED_IAM"],
                parameters=[],
                tags={},
                keep_failed_stack=False,
            )
        )
    asked = {name for request in cloudformation.asked("CreateChangeSet") for name in request}
    return "adopted" if asked & {"ImportExistingResources", "ResourcesToImport"} else NO_HARM


def _leaves() -> str:
    events = [stack_answers.event(_told(f"Table{n}", "DELETE_SKIPPED", f"shop-{n}")) for n in range(500)]
    warned = [message for level, message in log_entries(events, STACK_ID) if level == "warning"]
    return "told" if len(left(events)) == len(warned) == 500 else "kept quiet"


def _waits(status: str) -> Act:
    """The watch's own clock runs as the state machine would let it."""

    def act() -> str:
        stack, watch = stack_answers.stack(a_stack(status)["Stacks"][0]), begun(STACK_ID, "deployed", _BEGUN_AT)
        now, looks = datetime.fromisoformat(_BEGUN_AT), 0
        while not watch["isOverdue"]:
            now, looks = now + timedelta(seconds=watch["waitSeconds"]), looks + 1
            is_settled = has_settled(stack, [], had_begun=True)
            at = now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
            watch = looked_at(watch, is_settled=is_settled, entered_at=at, timeout_minutes=_TIMEOUT_MINUTES)
            if is_settled or looks > _MAX_LOOKS:
                return f"{looks} looks"
        gone = stack_answers.stack(a_stack("DELETE_COMPLETE")["Stacks"][0])
        error = failure({**watch, "isStopping": True}, gone, [], _TIMEOUT_MINUTES)
        return error.code if error else NO_HARM

    return act


def _is_called(text: str) -> Callable[[], str]:
    def act() -> str:
        summary = _told("Seed", "CREATE_COMPLETE", text) | {"ResourceStatusReason": text}
        event = stack_answers.event(summary)
        shown = [
            *members_without_secrets({"Url": text}).values(),
            *stack_answers.resource(STACK_ID, summary).record.values(),
            event.text,
        ]
        return f"shown: {shown}" if any(_CONTROLS & set(str(each)) for each in shown) else NO_HARM

    return act


def _told(logical_id: str, status: str, physical_id: str) -> dict[str, Any]:
    """One of DescribeStackEvents, which is also one of ListStackResources."""
    return {
        "EventId": logical_id,
        "StackId": STACK_ID,
        "StackName": "shop",
        "LogicalResourceId": logical_id,
        "PhysicalResourceId": physical_id,
        "ResourceType": "Custom::Seed",
        "ResourceStatus": status,
        "Timestamp": datetime(2026, 11, 18, tzinfo=UTC),
    }
