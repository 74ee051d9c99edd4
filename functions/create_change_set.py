"""CreateChangeSet: CloudFormation is asked what the packaged template would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.artifacts import Artifacts
from deployer.aws.sessions import Sessions
from deployer.aws.stacks import Stacks
from deployer.errors import StackBeingCleared, StackNotOurs, StackNotReady
from deployer.instants import microseconds
from deployer.session import Stage
from deployer.settings import Settings
from deployer.stack.change_set import ChangeSetIds, ChangeSetRequest, Kind
from deployer.stack.stack import SESSION_TAG, tags
from deployer.state_data import ChangeSet, StateEvent
from deployer.template.settled import change_set_parameters

if TYPE_CHECKING:
    from deployer.stack.stack import Stack
    from deployer.state_data import DeployRequest, Package, Source


class Event(StateEvent):
    request: DeployRequest
    source: Source
    package: Package


def handler(event: Event, _context: object) -> ChangeSet:
    settings = Settings.from_env()
    stacks = Stacks.from_settings(settings)
    stack = stacks.ours(event["source"]["stackName"])
    _check_caller(Sessions.from_settings(settings), event["sessionId"], stack)

    _make_way(stacks, stack, event)
    request = _request(event, stack, Artifacts.from_settings(settings))
    ids = _change_set(stacks, stack, request)

    here = stacks.here(ids.stack_id)
    Sessions.from_settings(settings).advance(
        event["sessionId"],
        event["enteredAt"],
        done=Stage.PLANNING,
        next=Stage.PLANNING,
        message=f"CloudFormation is working out the changes of stack {request.stack_name}",
        eventBegin=here,
        eventCursor=here,
    )
    return _answer(ids, request.kind)


def _check_caller(sessions: Sessions, session_id: str, stack: Stack | None) -> None:
    """Raises StackNotOurs for a stack that another caller deployed."""
    if stack and sessions.is_anothers(stack.tags.get(SESSION_TAG), sessions.head(session_id)["caller"]):
        raise StackNotOurs(f"stack {stack.name} was deployed by another caller of this application")


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
        reason = f": {stack.reason}" if stack.reason else ""
        raise StackNotReady(f"stack {stack.name} is {stack.status}{reason}")
    if stack.status.is_settled:
        stacks.delete(stack.stack_id, f"clear-{event['sessionId']}-{microseconds(event['enteredAt'])}")
    raise StackBeingCleared(f"stack {stack.name} was {stack.status} and is being removed to make way")


def _change_set(stacks: Stacks, stack: Stack | None, request: ChangeSetRequest) -> ChangeSetIds:
    earlier = stacks.find_change_set(request.name, stack.stack_id) if stack else None
    return earlier or stacks.create_change_set(request)


def _answer(ids: ChangeSetIds, kind: Kind) -> ChangeSet:
    return ChangeSet(
        changeSetId=ids.change_set_id,
        stackId=ids.stack_id,
        type=kind,
        isReady=False,
        hasChanges=False,
        waitSeconds=1,
    )
