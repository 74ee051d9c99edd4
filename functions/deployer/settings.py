"""The environment, read once, by name. Nothing else in the functions reads it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deployer.errors import SettingMissing

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """What the template gives to the functions. A setting that is missing is an error when it is asked for."""

    environment: Mapping[str, str]

    @classmethod
    def from_env(cls) -> Settings:
        return cls(dict(os.environ))  # noqa: TID251 - the one reader

    def _text(self, name: str) -> str:
        try:
            return self.environment[name]
        except KeyError:
            raise SettingMissing(f"the environment has no {name}") from None

    def _number(self, name: str) -> int:
        text = self._text(name)
        if not text.isdecimal():
            raise SettingMissing(f"{name} is {text!r}, not a whole number")
        return int(text)

    def _listed(self, name: str) -> list[str]:
        return [part.strip() for part in self._text(name).split(",") if part.strip()]

    @property
    def table_name(self) -> str:
        """The session table."""
        return self._text("TABLE_NAME")

    @property
    def bucket_name(self) -> str:
        """The artifact bucket."""
        return self._text("BUCKET_NAME")

    @property
    def git_url(self) -> str:
        """Where repositories are, without a slash at the end: https://github.com, or an Enterprise host."""
        return self._text("GIT_URL").rstrip("/")

    @property
    def private_repositories(self) -> list[str]:
        """`owner/name` and `owner/*` that are read with the token."""
        return self._listed("PRIVATE_REPOSITORIES")

    @property
    def git_token_secret_arn(self) -> str:
        """The secret that holds the token; empty where there is none."""
        return self._text("GIT_TOKEN_SECRET_ARN")

    @property
    def clone_task(self) -> str:
        """The task definition of the clone container."""
        return self._text("CLONE_TASK")

    @property
    def private_clone_task(self) -> str:
        """The same, with the token."""
        return self._text("PRIVATE_CLONE_TASK")

    @property
    def webhook_secret_arn(self) -> str:
        """The secret that GitHub signs with; empty where there is no webhook."""
        return self._text("WEBHOOK_SECRET_ARN")

    @property
    def webhook_branches(self) -> list[str]:
        """What a push is deployed to, each `owner/name[/folder]@branch=stack-name`."""
        return self._listed("WEBHOOK_BRANCHES")

    @property
    def webhook_caller(self) -> str:
        """Whose the sessions are that a push starts, as `deployer.api.caller` names them."""
        return self._text("WEBHOOK_CALLER")

    @property
    def webhook_runs_tests(self) -> bool:
        """Whether what a push deploys is tested, too."""
        return self._text("WEBHOOK_RUN_TESTS") == "true"

    @property
    def deploy_machine_arn(self) -> str:
        return self._text("DEPLOY_MACHINE_ARN")

    @property
    def test_machine_arn(self) -> str:
        return self._text("TEST_MACHINE_ARN")

    @property
    def test_scope(self) -> str:
        """`deployed`: only stacks of ours are tested; `account`: every one of the account."""
        return self._text("TEST_SCOPE")

    @property
    def own_stack_id(self) -> str:
        """This application's own stack: neither it nor its functions are tested."""
        return self._text("OWN_STACK_ID")

    @property
    def own_api_id(self) -> str:
        """The id of this application's own API: no template is to name it."""
        return self._text("OWN_API_ID")

    @property
    def execute_api_url(self) -> str:
        """Where APIs are called, with {id} in place of an API's id."""
        return self._text("EXECUTE_API_URL")

    @property
    def function_url(self) -> str:
        """Where function URLs are, with {id} in place of a URL's id."""
        return self._text("FUNCTION_URL")

    @property
    def remove_machine_arn(self) -> str:
        return self._text("REMOVE_MACHINE_ARN")

    @property
    def worker_role_arn(self) -> str:
        """The role that is assumed, narrowed to one session, to sign what a container may read and write."""
        return self._text("WORKER_ROLE_ARN")

    @property
    def build_image(self) -> str:
        """The build container's image with its tag: another one may build something else from the same source."""
        return self._text("BUILD_IMAGE")

    @property
    def clone_image(self) -> str:
        """The clone container's image with its tag: another one may choose other files of the same commit."""
        return self._text("CLONE_IMAGE")

    @property
    def cloudformation_role_arn(self) -> str:
        """The service role that CloudFormation acts with."""
        return self._text("CLOUDFORMATION_ROLE_ARN")

    @property
    def permissions_boundary_arn(self) -> str:
        """The managed policy that bounds every role of a deployed stack."""
        return self._text("PERMISSIONS_BOUNDARY_ARN")

    @property
    def allowed_principals(self) -> list[str]:
        """Accounts and identity providers, beside this account, that deployed roles may trust."""
        return self._listed("ALLOWED_PRINCIPALS")

    @property
    def allowed_reference_prefixes(self) -> list[str]:
        """What names of secrets, SSM parameters and exports begin with that templates may read."""
        return self._listed("ALLOWED_REFERENCE_PREFIXES")

    @property
    def allowed_resource_types(self) -> list[str]:
        """Resource types that templates may make although they are refused otherwise; `*` stands for any text."""
        return self._listed("ALLOWED_RESOURCE_TYPES")

    @property
    def max_running_sessions(self) -> int:
        return self._number("MAX_RUNNING_SESSIONS")

    @property
    def max_sessions_per_day(self) -> int:
        return self._number("MAX_SESSIONS_PER_DAY")

    @property
    def log_retention_days(self) -> int:
        """How long a session's log entries are kept."""
        return self._number("SESSION_LOG_DAYS")

    @property
    def stack_timeout_minutes(self) -> int:
        """How long a stack may move before it is stopped."""
        return self._number("STACK_TIMEOUT_MINUTES")

    @property
    def clone_timeout_seconds(self) -> int:
        return self._number("CLONE_TIMEOUT_SECONDS")

    @property
    def build_timeout_seconds(self) -> int:
        return self._number("BUILD_TIMEOUT_SECONDS")

    @property
    def cors_origins(self) -> list[str]:
        """Origins that a browser may call the API from; none unless given."""
        return self._listed("CORS_ORIGINS")
