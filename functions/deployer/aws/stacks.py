"""CloudFormation: change sets, stacks, their events, outputs and resources. The only module that calls it.

Stacks are found by name once, and by their id from then on: a name may come to mean another stack.
"""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from deployer.aws import stack_answers
from deployer.aws.clients import client
from deployer.aws.stack_errors import code_of, translated
from deployer.errors import ChangeSetFailed, StackGone, StackNotOurs, StackNotReady
from deployer.stack.change_set import ChangeSet, ChangeSetIds, ChangeSetRequest, ChangeSetStatus, is_our_name
from deployer.stack.event import in_order
from deployer.stack.resource import BUCKET_TYPE, outlives_its_stack
from deployer.stack.stack import StackStatus
from deployer.template.template import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from deployer.settings import Settings
    from deployer.stack.event import StackEvent
    from deployer.stack.resource import StackResource
    from deployer.stack.stack import Stack
    from deployer.template.template import Template

_ALREADY_ASKED: Final = frozenset({"TokenAlreadyExists", "OperationIdAlreadyExists"})


class Stacks:
    """The stacks of this account and region, changed with CloudFormation's service role."""

    def __init__(self, role_arn: str) -> None:
        self._role_arn = role_arn

    @classmethod
    def from_settings(cls, settings: Settings) -> Stacks:
        return cls(settings.cloudformation_role_arn)

    def describe(self, name_or_id: str) -> Stack | None:
        """The stack, or None where there is none. A removed one is still described by its id, not by its name."""
        try:
            with translated():
                answer = _cloudformation().describe_stacks(StackName=name_or_id)
        except StackGone:
            return None
        return stack_answers.stack(answer["Stacks"][0])

    def ours(self, name_or_id: str) -> Stack | None:
        """The same, for a stack that is to be changed or removed. Raises StackNotOurs."""
        stack = self.describe(name_or_id)
        if stack is None or stack.status.is_gone or stack.is_ours or self._awaits_our_change_set(stack):
            return stack
        raise StackNotOurs(f"stack {stack.name} exists and was not made by this application")

    def _awaits_our_change_set(self, stack: Stack) -> bool:
        """A stack without anything in it has its tags only when its change set is executed."""
        if stack.status is not StackStatus.REVIEW_IN_PROGRESS:
            return False
        pages = _pages("list_change_sets", StackName=stack.stack_id)
        names = [summary["ChangeSetName"] for page in pages for summary in page["Summaries"]]
        return bool(names) and all(map(is_our_name, names))

    def create_change_set(self, request: ChangeSetRequest) -> ChangeSetIds:
        """The ids of the session's change set, which is made only once however often it is asked for."""
        try:
            with translated():
                answer = self._create_change_set(request)
        except ChangeSetFailed as error:
            if not isinstance(error.__cause__, ClientError) or code_of(error.__cause__) != "AlreadyExists":
                raise
            answer = self._describe_change_set(request.name, StackName=request.stack_name)
            return ChangeSetIds(change_set_id=answer["ChangeSetId"], stack_id=answer["StackId"])
        return ChangeSetIds(change_set_id=answer["Id"], stack_id=answer["StackId"])

    def _create_change_set(self, request: ChangeSetRequest) -> Any:
        on_failure = "DO_NOTHING" if request.keep_failed_stack else "DELETE"
        return _cloudformation().create_change_set(
            StackName=request.stack_name,
            ChangeSetName=request.name,
            ChangeSetType=request.kind,
            ClientToken=request.session_id,
            Description=f"Session {request.session_id}",
            TemplateURL=request.template_url,
            Parameters=list(request.parameters),
            Capabilities=list(request.capabilities),
            Tags=[{"Key": key, "Value": value} for key, value in request.tags.items()],
            RoleARN=self._role_arn,
            IncludeNestedStacks=True,
            # Only a create may name it (CloudFormation API, CreateChangeSet, OnStackFailure).
            **({"OnStackFailure": on_failure} if request.kind == "CREATE" else {}),
        )

    def find_change_set(self, name: str, stack_id: str) -> ChangeSetIds | None:
        """The change set of that name, or None: what a state that is tried again has already asked for."""
        try:
            answer = self._describe_change_set(name, StackName=stack_id)
        except (ChangeSetFailed, StackGone):
            return None
        return ChangeSetIds(change_set_id=answer["ChangeSetId"], stack_id=answer["StackId"])

    def describe_change_set(self, change_set_id: str) -> ChangeSet:
        """The change set with all of its changes. Raises ChangeSetFailed when it is gone."""
        answer = self._describe_change_set(change_set_id)
        changes = stack_answers.changes(answer)
        while token := answer.get("NextToken"):
            answer = self._describe_change_set(change_set_id, NextToken=token)
            changes += stack_answers.changes(answer)
        return ChangeSet(
            status=ChangeSetStatus(answer["Status"]),
            reason=answer.get("StatusReason", ""),
            was_executed=answer.get("ExecutionStatus", "").startswith("EXECUTE"),
            changes=changes,
        )

    def _describe_change_set(self, name_or_id: str, **more: Any) -> Any:
        with translated():
            return _cloudformation().describe_change_set(ChangeSetName=name_or_id, **more)

    def execute(self, change_set_id: str, token: str) -> None:
        """CloudFormation is changing the stack, or was already asked to. Raises ChangeSetFailed, StackNotReady."""
        try:
            with translated():
                _cloudformation().execute_change_set(ChangeSetName=change_set_id, ClientRequestToken=token)
        except (ChangeSetFailed, StackNotReady):
            if not self.describe_change_set(change_set_id).was_executed:
                raise
        except ClientError as error:
            if code_of(error) not in _ALREADY_ASKED:
                raise

    def delete_change_set(self, change_set_id: str) -> None:
        """The change set is gone, also when it was before."""
        try:
            with translated():
                _cloudformation().delete_change_set(ChangeSetName=change_set_id)
        except (ChangeSetFailed, StackGone) as error:
            if not _says_not_there(error):
                raise

    def delete(self, stack_id: str, token: str) -> None:
        """CloudFormation is removing the stack, or was already asked to. Raises StackNotReady."""
        try:
            with translated():
                _cloudformation().delete_stack(
                    StackName=stack_id, RoleARN=self._role_arn, ClientRequestToken=token
                )
        except StackGone:
            return
        except ClientError as error:
            if code_of(error) not in _ALREADY_ASKED:
                raise

    def discard(self, change_set_id: str, stack_id: str) -> None:
        """The change set is gone, and so is a stack that holds nothing and only waited for it."""
        stack = self.describe(stack_id)
        if stack is None or stack.status.is_gone:
            return
        self.delete_change_set(change_set_id)
        if stack.status is StackStatus.REVIEW_IN_PROGRESS:
            self.delete(stack_id, f"discard-{stack_id.rsplit('/', 1)[-1]}")

    def cancel_update(self, stack_id: str, token: str) -> None:
        """The update is on its way back. Raises StackNotReady when there is none to cancel."""
        try:
            with translated():
                _cloudformation().cancel_update_stack(StackName=stack_id, ClientRequestToken=token)
        except ClientError as error:
            if code_of(error) not in _ALREADY_ASKED:
                raise

    def events(self, stack_id: str, after: str = "") -> list[StackEvent]:
        """The stack's own events after the event of that id (all where it is none of them), oldest first."""
        told = self._events_newest_first(stack_id)
        return list(takewhile(lambda event: event.event_id != after, told))[::-1]

    def events_since(self, stack_id: str, cursor: Mapping[str, str]) -> list[StackEvent]:
        """New events of the stack and of those nested in it, oldest first.

        `cursor` has the last event that is known of each stack (`here`, then `cursor_after`); of a stack that it
        does not name, all events are new.
        """
        found: list[StackEvent] = []
        waiting, met = [stack_id, *cursor], set[str]()
        while waiting:
            if (current := waiting.pop(0)) not in met:
                met.add(current)
                told = self.events(current, cursor.get(current, ""))
                found += told
                waiting += [event.nested_stack_id for event in told if event.nested_stack_id]
        return in_order(found)

    def here(self, stack_id: str) -> dict[str, str]:
        """A cursor behind everything that the stack and those nested in it have told until now."""
        stack_ids = [
            stack_id,
            *(nested.physical_id for nested in self.resources(stack_id) if nested.is_nested_stack),
        ]
        newest = {each: next(self._events_newest_first(each), None) for each in stack_ids}
        return {each: event.event_id for each, event in newest.items() if event}

    def _events_newest_first(self, stack_id: str) -> Iterator[StackEvent]:
        try:
            for page in _pages("describe_stack_events", StackName=stack_id):
                yield from map(stack_answers.event, page["StackEvents"])
        except StackGone:
            return

    def refusals(self, *, stack_id: str = "", change_set_id: str = "") -> list[StackEvent]:
        """What CloudFormation's validation refused before it began with that stack or change set, oldest first."""
        target = {"ChangeSetName": change_set_id} if change_set_id else {"StackName": stack_id}
        pages = _pages("describe_events", **target, Filters={"FailedEvents": True})
        events = [event for page in pages for event in page["OperationEvents"]]
        return in_order(
            [stack_answers.refusal(event) for event in events if event["EventType"] == "VALIDATION_ERROR"]
        )

    def resources(self, stack_id: str) -> list[StackResource]:
        """The resources of the stack and of the stacks nested in it, each with the id of its own stack."""
        found: list[StackResource] = []
        waiting = [stack_id]
        while waiting:
            own = list(self._own_resources(waiting.pop(0)))
            found += own
            waiting += [resource.physical_id for resource in own if resource.is_nested_stack]
        return found

    def _own_resources(self, stack_id: str) -> Iterator[StackResource]:
        for page in _pages("list_stack_resources", StackName=stack_id):
            for summary in page["StackResourceSummaries"]:
                yield stack_answers.resource(stack_id, summary)

    def removed_buckets(self, stack_id: str) -> list[StackResource]:
        """The buckets that go when the stack goes: not those that their DeletionPolicy keeps."""
        buckets = [each for each in self.resources(stack_id) if each.type == BUCKET_TYPE and each.was_made]
        templates = {holder: self.template(holder) for holder in {bucket.stack_id for bucket in buckets}}
        return [each for each in buckets if not outlives_its_stack(each.logical_id, templates[each.stack_id])]

    def template(self, stack_id: str) -> Template:
        """The template that the stack was made from, with its transforms done."""
        with translated():
            answer = _cloudformation().get_template(StackName=stack_id, TemplateStage="Processed")
        body = answer["TemplateBody"]
        return parse(body, stack_id) if isinstance(body, str) else body  # boto3 parses JSON


def _cloudformation() -> Any:
    return client("cloudformation")


def _pages(operation: str, **request: Any) -> Iterator[Mapping[str, Any]]:
    with translated():
        yield from _cloudformation().get_paginator(operation).paginate(**request)


def _says_not_there(error: ChangeSetFailed | StackGone) -> bool:
    cause = error.__cause__
    return isinstance(error, StackGone) or (
        isinstance(cause, ClientError) and code_of(cause) == "ChangeSetNotFound"
    )
