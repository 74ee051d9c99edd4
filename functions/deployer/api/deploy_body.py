"""What a caller may ask for when they ask for a deployment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from deployer.api.fields import Branch, Commit, ProjectRoot, RepositoryName, StackName, trimmed, unless
from deployer.repository import path_problem
from deployer.stack.stack import MAX_GIVEN_TAGS, tag_problem
from deployer.template.parameters import text_problem

if TYPE_CHECKING:
    from deployer.state_data import DeployRequest

# CloudFormation API, Parameter: names, and 4,096 characters for a value.
_PARAMETER_NAME: Final = re.compile(r"[A-Za-z0-9]{1,255}", re.ASCII)
_MAX_PARAMETER: Final = 4096
_MAX_PARAMETERS: Final = 200


def _parameters_problem(parameters: dict[str, str]) -> str | None:
    if len(parameters) > _MAX_PARAMETERS:
        return f"at most {_MAX_PARAMETERS}"
    for name, value in parameters.items():
        if not _PARAMETER_NAME.fullmatch(name):
            return f"{name!r} is not a parameter name: letters and digits only, at most 255"
        if len(value) > _MAX_PARAMETER:
            return f"the value of {name} has more than {_MAX_PARAMETER} characters"
        if problem := text_problem(value):
            return f"the value of {name} {problem}"
    return None


def _tags_problem(tags: dict[str, str]) -> str | None:
    if len(tags) > MAX_GIVEN_TAGS:
        return f"at most {MAX_GIVEN_TAGS}"
    problems = ((name, tag_problem(name, value)) for name, value in tags.items())
    return next((f"{name}: {problem}" for name, problem in problems if problem), None)


class DeployBody(BaseModel):
    """The body of `POST /deploy`. A field that is not listed here is refused by its name."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)

    repository: RepositoryName = Field(
        description="https://github.com/{owner}/{name}, or {owner}/{name}.", examples=["octo/hello"]
    )
    branch: Branch | None = Field(None, description="Default: the repository's default branch.")
    commit: Commit | None = Field(
        None, description="40 digits. Default: the branch's newest; of any other the log warns."
    )
    project_root: ProjectRoot = Field(
        "", description="The folder that is deployed. Default: the top of the repository."
    )
    template: Annotated[str, AfterValidator(trimmed), unless(path_problem)] | None = Field(
        None, description="A template's path in the project root. Default: it is looked for."
    )
    stack_name: StackName | None = Field(
        None, description="A stack of that name is updated if this application made it. Default: a new one."
    )
    parameters: Annotated[dict[str, str], unless(_parameters_problem)] = Field(
        {}, description="The template's parameters, all as text."
    )
    tags: Annotated[dict[str, str], unless(_tags_problem)] = Field({}, description="Further tags of the stack.")
    mode: Literal["deploy", "plan"] = Field(
        "deploy", description="`plan` says what would change, and changes nothing."
    )
    run_tests: bool = Field(False, description="Run sanity tests on the stack; it fails when one of them fails.")
    keep_failed_stack: bool = Field(False, description="Leave a new stack that failed as it is, to be looked at.")

    @field_validator("run_tests")
    @classmethod
    def _is_deployed(cls, run_tests: bool, info: ValidationInfo) -> bool:
        if run_tests and info.data.get("mode") == "plan":
            raise ValueError("a plan makes nothing that could be tested")
        return run_tests

    def request(self) -> DeployRequest:
        """What travels through the state machine."""
        return {
            "repository": self.repository,
            "branch": self.branch,
            "commit": self.commit,
            "projectRoot": self.project_root,
            "template": self.template,
            "stackName": self.stack_name,
            "tags": self.tags,
            "mode": self.mode,
            "runTests": self.run_tests,
            "keepFailedStack": self.keep_failed_stack,
        }
