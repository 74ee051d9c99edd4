"""What a caller may ask for when they ask for a deployment, and the session that it becomes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from deployer.instants import iso8601
from deployer.repository import Repository, branch_problem, commit_problem, path_problem
from deployer.session import Head, SessionKind, SessionStatus, Stage, head_timestamp
from deployer.stack.stack import MAX_GIVEN_TAGS, tag_problem

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.state_data import DeployRequest

Value = TypeVar("Value")

# CloudFormation API, CreateChangeSet and Parameter: names, and 4,096 characters for a value.
_STACK_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,127}", re.ASCII)
_PARAMETER_NAME: Final = re.compile(r"[A-Za-z0-9]{1,255}", re.ASCII)
_MAX_PARAMETER: Final = 4096
_MAX_PARAMETERS: Final = 200


def _unless(problem: Callable[[Any], str | None]) -> AfterValidator:
    """A validator that refuses a value with what `problem` says of it."""

    def check(value: Value) -> Value:
        found = problem(value)
        if found:
            raise ValueError(found)
        return value

    return AfterValidator(check)


def _slug(text: str) -> str:
    return Repository.from_text(text).slug


def _trimmed(path: str) -> str:
    """`.` and a slash at the end are how people write paths; neither says anything."""
    return "" if path in {".", "./"} else path.removeprefix("./").removesuffix("/")


def _project_root_problem(path: str) -> str | None:
    return path_problem(path) if path else None


def _stack_name_problem(name: str) -> str | None:
    return None if _STACK_NAME.fullmatch(name) else "letters, digits and -, a letter first, at most 128"


def _parameters_problem(parameters: dict[str, str]) -> str | None:
    if len(parameters) > _MAX_PARAMETERS:
        return f"at most {_MAX_PARAMETERS}"
    for name, value in parameters.items():
        if not _PARAMETER_NAME.fullmatch(name):
            return f"{name!r} is not a parameter name: letters and digits only, at most 255"
        if len(value) > _MAX_PARAMETER:
            return f"the value of {name} has more than {_MAX_PARAMETER} characters"
    return None


def _tags_problem(tags: dict[str, str]) -> str | None:
    if len(tags) > MAX_GIVEN_TAGS:
        return f"at most {MAX_GIVEN_TAGS}"
    problems = ((name, tag_problem(name, value)) for name, value in tags.items())
    return next((f"{name}: {problem}" for name, problem in problems if problem), None)


class DeployBody(BaseModel):
    """The body of `POST /deploy`. A field that is not listed here is refused by its name."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    repository: Annotated[str, AfterValidator(_slug)] = Field(
        description="https://github.com/{owner}/{name}, or {owner}/{name}.", examples=["octo/hello"]
    )
    branch: Annotated[str, _unless(branch_problem)] | None = Field(
        None, description="Default: the repository's default branch."
    )
    commit: Annotated[str, _unless(commit_problem)] | None = Field(
        None, description="40 digits. Default: the branch's newest; of any other the log warns."
    )
    project_root: Annotated[str, AfterValidator(_trimmed), _unless(_project_root_problem)] = Field(
        "", description="The folder that is deployed. Default: the top of the repository."
    )
    template: Annotated[str, AfterValidator(_trimmed), _unless(path_problem)] | None = Field(
        None, description="A template's path in the project root. Default: it is looked for."
    )
    stack_name: Annotated[str, _unless(_stack_name_problem)] | None = Field(
        None, description="A stack of that name is updated if this application made it. Default: a new one."
    )
    parameters: Annotated[dict[str, str], _unless(_parameters_problem)] = Field(
        {}, description="The template's parameters, all as text."
    )
    tags: Annotated[dict[str, str], _unless(_tags_problem)] = Field({}, description="Further tags of the stack.")
    mode: Literal["deploy", "plan"] = Field(
        "deploy", description="`plan` says what would change, and changes nothing."
    )
    keep_failed_stack: bool = Field(False, description="Leave a new stack that failed as it is, to be looked at.")

    def request(self) -> DeployRequest:
        """What travels through the state machine."""
        return {
            "repository": self.repository,
            "branch": self.branch,
            "commit": self.commit,
            "projectRoot": self.project_root,
            "template": self.template,
            "stackName": self.stack_name,
            "parameters": self.parameters,
            "tags": self.tags,
            "mode": self.mode,
            "keepFailedStack": self.keep_failed_stack,
        }


def new_head(session_id: str, request: DeployRequest, execution_arn: str) -> Head:
    """The head of a deployment that has just been accepted; its times are those in its id."""
    created_at = iso8601(head_timestamp(session_id) // 1000)
    head = {
        "sessionId": session_id,
        "kind": SessionKind.DEPLOYMENT.value,
        "status": SessionStatus.PENDING.value,
        "stage": Stage.VALIDATING.value,
        "message": "accepted",
        "repository": request["repository"],
        "branch": request["branch"],
        "commit": request["commit"],
        "projectRoot": request["projectRoot"],
        "stackName": request["stackName"],
        "request": request,
        "executionArn": execution_arn,
        "createdAt": created_at,
        "updatedAt": created_at,
    }
    return {name: value for name, value in head.items() if value is not None}
