"""The whole application on one machine: the platform, a Git host, the application and its agent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from local import agent, api_bodies, application, platform, repositories
from local.client import Client
from local.git_server import GitServer

if TYPE_CHECKING:
    from local.application import Application
    from local.lifetime import Lifetime
    from local.platform import Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Laptop:
    """What is running. `repositories` takes further bare repositories, as `{owner}/{name}.git`."""

    platform: Platform
    application: Application
    repositories: Path

    def client(self) -> Client:
        return Client(self.application.api_url, self.application.api_key)


def start(
    lifetime: Lifetime,
    *,
    mirror: Path | None = None,
    host: str = platform.LOOPBACK,
    port: int = 0,
    is_enforced: bool = False,
) -> Laptop:
    """Everything, until `lifetime` ends. The examples are served as `examples/{name}`, next to those of `mirror`.

    Raises LocalError, which says what to do.
    """
    aws = lifetime.enter(platform.running(host, port, is_enforced=is_enforced))
    served = Path(lifetime.enter(TemporaryDirectory(prefix="deployer-git-")))
    repositories.publish(repositories.examples(), served)
    directories = [served, mirror] if mirror else [served]
    git = lifetime.enter(GitServer(*directories, host=host))
    deployed = application.deploy(aws, git.url)
    lifetime.enter(agent.running(aws, deployed.cluster))
    lifetime.enter(api_bodies.completed(aws))
    return Laptop(platform=aws, application=deployed, repositories=served)
