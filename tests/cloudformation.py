"""CloudFormation by its answers: what moto cannot play is said here call by call, and what was asked is kept."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from deployer.aws.clients import client

STACK_ID: Final = "arn:aws:cloudformation:us-east-1:123456789012:stack/shop/1111"
CHANGE_SET_ID: Final = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/session-x/2222"
OUR_TAGS: Final = [{"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}]


class Refusal(NamedTuple):
    """An error that CloudFormation answers with."""

    code: str
    message: str


class _Http(NamedTuple):
    status_code: int


NO_STACK: Final = Refusal("ValidationError", "Stack with id shop does not exist")


class CannedCloudFormation:
    """Answers each operation in turn; the last answer stays. An operation without one fails the test."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers: dict[str, list[dict[str, Any] | Refusal]] = {}
        events = client("cloudformation").meta.events
        events.register_first("provide-client-params.cloudformation.*", self._keep)
        events.register_first("before-call.cloudformation.*", self._answer)

    def answers(self, operation: str, *answers: dict[str, Any] | Refusal) -> None:
        """What that operation (`DescribeStacks`) answers from now on."""
        self._answers[operation] = list(answers)

    def asked(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of that operation."""
        return [params for name, params in self.calls if name == operation]

    @property
    def operations(self) -> list[str]:
        return [name for name, _ in self.calls]

    def _keep(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        self.calls.append((model.name, params))

    def _answer(self, model: Any, **_: Any) -> tuple[_Http, dict[str, Any]]:
        waiting = self._answers[model.name]
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, Refusal):
            return _Http(400), {"Error": {"Code": answer.code, "Message": answer.message}}
        return _Http(200), answer


def a_stack(status: str, *, is_ours: bool = True, **more: Any) -> dict[str, Any]:
    """An answer of DescribeStacks."""
    tags = OUR_TAGS if is_ours else []
    return {"Stacks": [{"StackId": STACK_ID, "StackName": "shop", "StackStatus": status, "Tags": tags, **more}]}


def tags_of(session_id: str) -> list[dict[str, str]]:
    """The tags of a stack that this session made."""
    return [*OUR_TAGS, {"Key": "DeploymentSessionId", "Value": session_id}]


def a_change_set(status: str, reason: str = "", **more: Any) -> dict[str, Any]:
    """An answer of DescribeChangeSet."""
    ids = {"ChangeSetId": CHANGE_SET_ID, "StackId": STACK_ID}
    return {**ids, "Status": status, "StatusReason": reason, "Changes": [], **more}


def a_change(logical_id: str) -> dict[str, Any]:
    """One of DescribeChangeSet's Changes."""
    change = {"Action": "Add", "LogicalResourceId": logical_id, "ResourceType": "AWS::SQS::Queue"}
    return {"Type": "Resource", "ResourceChange": change}
