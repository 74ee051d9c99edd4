"""What a caller may ask for when they ask for sanity tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from deployer.api.fields import Branch, Commit, ProjectRoot, RepositoryName, StackName, unless
from deployer.session import is_session_id

if TYPE_CHECKING:
    from typing import Self

    from deployer.state_data import SanityRequest

MAX_CONCURRENCY: Final = 40
"""Step Functions Developer Guide, "Map state processing modes": what an inline Map runs at once."""

# Lambda API, FunctionName.
_FUNCTION_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_MAX_SELECTED: Final = 100
_MAX_SELECTED_LENGTH: Final = 255


def _deployment_id_problem(text: str) -> str | None:
    return None if is_session_id(text) else "is not the sessionId of a deployment"


def _function_name_problem(name: str) -> str | None:
    return (
        None if _FUNCTION_NAME.fullmatch(name) else "letters, digits, - and _, at most 64: the name, not the ARN"
    )


def _selection_problem(names: list[str]) -> str | None:
    if len(names) > _MAX_SELECTED:
        return f"at most {_MAX_SELECTED}"
    if any(not name or len(name) > _MAX_SELECTED_LENGTH or not name.isprintable() for name in names):
        return f"each has 1 to {_MAX_SELECTED_LENGTH} characters, none of them a control character"
    return None


Selection = Annotated[list[str], unless(_selection_problem)]


class SanityBody(BaseModel):
    """The body of `POST /test`. A field that is not listed here is refused by its name."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    deployment_id: Annotated[str, unless(_deployment_id_problem)] | None = Field(
        None, description="The sessionId of a deployment: its stack is tested, with its repository and commit."
    )
    stack_name: StackName | None = Field(None, description="A stack to test.")
    function_name: Annotated[str, unless(_function_name_problem)] | None = Field(
        None, description="A Lambda function to test."
    )
    repository: RepositoryName | None = Field(
        None, description="Where examples come from. Default: the deployment's, or the resources alone."
    )
    branch: Branch | None = Field(None, description="Default: the repository's default branch.")
    commit: Commit | None = Field(None, description="40 digits. Default: the branch's newest.")
    project_root: ProjectRoot | None = Field(None, description="The folder of the project in the repository.")
    include: Selection = Field([], description="Only these logical ids, test names or resource types.")
    exclude: Selection = Field([], description="Not these logical ids, test names or resource types.")
    max_concurrency: int = Field(
        10, ge=1, le=MAX_CONCURRENCY, description="How many tests run at once; 1 runs them in their order."
    )
    allow_mutating: bool | None = Field(
        None,
        description="Whether tests may write, and send POST, PUT, PATCH and DELETE. "
        "Default: only for stacks that this application deployed.",
    )

    @model_validator(mode="after")
    def _has_one_target(self) -> Self:
        targets = [self.deployment_id, self.stack_name, self.function_name]
        if sum(target is not None for target in targets) != 1:
            raise ValueError("give one of deploymentId, stackName and functionName")
        if self.repository is None and (self.branch or self.commit):
            raise ValueError("branch and commit are those of a repository: give it, too")
        if self.repository is None and self.deployment_id is None and self.project_root:
            raise ValueError("projectRoot is a folder of a repository: give it, too")
        return self

    def request(self) -> SanityRequest:
        """What travels through the state machine."""
        return {
            "deploymentId": self.deployment_id,
            "stackName": self.stack_name,
            "functionName": self.function_name,
            "repository": self.repository,
            "branch": self.branch,
            "commit": self.commit,
            "projectRoot": self.project_root,
            "include": self.include,
            "exclude": self.exclude,
            "maxConcurrency": self.max_concurrency,
            "allowMutating": self.allow_mutating,
            "isNested": False,
        }
