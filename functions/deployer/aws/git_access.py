"""How a repository is reached: the Git host as this application may ask it, and the container that clones it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployer.aws.secrets import git_token
from deployer.errors import SettingMissing
from deployer.github import GitHub
from deployer.private import authorization, is_private

if TYPE_CHECKING:
    from deployer.repository import Repository
    from deployer.settings import Settings


def git_host(settings: Settings, repository: Repository) -> GitHub:
    """The host; it is shown the token for the repositories in PrivateRepositories alone. Raises SettingMissing."""
    if not is_private(repository, settings.private_repositories):
        return GitHub(settings.git_url)
    try:
        return GitHub(settings.git_url, authorization(git_token(settings.git_token_secret_arn)))
    except ValueError as error:
        raise SettingMissing(f"the secret of GitTokenSecretArn cannot be used: {error}") from None


def clone_task(settings: Settings, repository: Repository) -> str:
    """The task definition that clones it: only that for private repositories is given the token, by ECS itself."""
    private = is_private(repository, settings.private_repositories)
    return settings.private_clone_task if private else settings.clone_task
