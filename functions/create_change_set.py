"""CreateChangeSet: CloudFormation is asked what the packaged template would change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from deployer.aws.artifacts import Artifacts
from deployer.aws.callers_stack import callers_stack
from deployer.aws.physical_names import taken_names
from deployer.aws.planned_names import PlannedNames, place_of
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.errors import PhysicalNameTaken, StackBeingCleared, StackNotReady
from deployer.instants import microseconds
from deployer.session import LogLevel, Stage
from deployer.settings import Settings
from deployer.stack.change_set import ChangeSetRequest, Kind
from deployer.stack.hints import way_out
from deployer.stack.stack import tags
from deployer.stack.taken_name import twins
from deployer.state_data import ChangeSet, StateEvent
from deployer.template.settled import change_set_parameters
from deployer.worker import MAX_TEXT_BYTES

if TYPE_CHECKING:
    from deployer.stack.change_set import ChangeSetIds
    from deployer.stack.stack import Stack
    from deployer.state_data import DeployRequest, Package, Source
    from deployer.template.template import Template


class Event(StateEvent):
    request: DeployRequest
    source: Source
    package: Package


def handler(event: Event, _context: object) -> ChangeSet:
    settings = Settings.from_env()
    stacks = Stacks.from_settings(settings)
    sessions = Sessions.from_settings(settings)
    stack = callers_stack(stacks, sessions, event["sessionId"], event["source"]["stackName"])

    _make_way(stacks, stack, event)
    request = _request(event, stack, Artifacts.from_settings(settings))
    earlier = stacks.find_change_set(request.name, stack.stack_id) if stack else None
    warnings = [] if earlier else _check_names(settings, stacks, stack, event)
    ids = earlier or stacks.create_change_set(request)

    here = stacks.here(ids.stack_id)
    sessions.advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PLANNING,
        next=Stage.PLANNING,
        message=f"CloudFormation is working out the changes of stack {request.stack_name}",
        entries=[(LogLevel.WARNING, warning) for warning in warnings],
        eventBegin=here,
        eventCursor=here,
    )
    return _answer(ids, request.kind)


def _request(event: Event, stack: Stack | None, artifacts: Artifacts) -> ChangeSetRequest:
    request, source, package = event["request"], event["source"], event["package"]
    return ChangeSetRequest(
        session_id=event["sessionId"],
        stack_name=source["stackName"],
        kind=_kind(stack),
        template_url=artifacts.url(package["templateKey"]),
        capabilities=package["capabilities"],
        parameters=change_set_parameters(package["parameters"]),
        tags=tags(
            event["sessionId"],
            package["tags"],
            repository=source["repository"],
            commit=source["commit"],
            current=stack.tags if stack and _kind(stack) == "UPDATE" else {},
        ),
        keep_failed_stack=request["keepFailedStack"],
    )


def _kind(stack: Stack | None) -> Kind:
    return "UPDATE" if stack and stack.status.may_be_updated else "CREATE"


def _make_way(stacks: Stacks, stack: Stack | None, event: Event) -> None:
    """Returns when a change set can be made.

    Raises StackBeingCleared after asking for the removal of what a failed create left, and StackNotReady.
    """
    if stack is None or stack.status.may_be_created or stack.status.may_be_updated:
        return
    if not stack.status.must_be_cleared:
        reason = f" ({stack.reason})" if stack.reason else ""
        raise StackNotReady(f"stack {stack.name} is {stack.status}{reason}: {way_out(stack)}")
    if stack.status.is_settled:
        stacks.delete(stack.stack_id, f"clear-{event['sessionId']}-{microseconds(event['enteredAt'])}")
    raise StackBeingCleared(f"stack {stack.name} was {stack.status} and is being removed to make way")


def _check_names(settings: Settings, stacks: Stacks, stack: Stack | None, event: Event) -> list[str]:
    """A warning for each name that nobody could look at. Raises PhysicalNameTaken with all that are taken."""
    artifacts = Artifacts.from_settings(settings)
    current = stack if _kind(stack) == "UPDATE" else None
    planned = PlannedNames(
        artifacts=artifacts,
        stacks=stacks,
        place=place_of(settings.cloudformation_role_arn),
        stack_name=event["source"]["stackName"],
        stack=current,
    )
    names = planned.of(_template(event, artifacts), event["package"]["parameters"])
    taken, warnings = taken_names(names)
    stack_id = current.stack_id if current else ""
    if findings := [*twins(names), *(each.finding(stack_id) for each in taken)]:
        raise PhysicalNameTaken.of(findings)
    return warnings


def _template(event: Event, artifacts: Artifacts) -> Template:
    template: Template = json.loads(artifacts.get(event["package"]["templateKey"], MAX_TEXT_BYTES))
    return template


def _answer(ids: ChangeSetIds, kind: Kind) -> ChangeSet:
    return ChangeSet(
        changeSetId=ids.change_set_id,
        stackId=ids.stack_id,
        type=kind,
        isReady=False,
        hasChanges=False,
        waitSeconds=1,
    )
