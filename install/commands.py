"""The command line tools that installing takes."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from typing import Final

from install.errors import CommandFailed, ToolMissing

_WHERE: Final = {
    "docker": "https://docs.docker.com/get-docker/",
    "python3.13": "https://www.python.org/downloads/ (`sam build` takes the functions' own Python)",
    "sam": "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/install-sam-cli.html",
}


def require(*tools: str) -> None:
    """Returns when each is there. Raises ToolMissing that names all that are not."""
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise ToolMissing("; ".join(f"{tool} is not installed: see {_WHERE[tool]}" for tool in missing))


def require_docker() -> None:
    """Returns when docker and its daemon are there. Raises ToolMissing."""
    require("docker")
    if subprocess.run(["docker", "info"], capture_output=True, check=False).returncode:
        raise ToolMissing("docker is installed, but its daemon does not answer: start it, and try again")


def run(*command: str, given: str | None = None, **environment: str) -> None:
    """The command has run, its output shown; `given` is its input, `environment` is added to ours.

    Raises CommandFailed.
    """
    ours = dict(os.environ)
    done = subprocess.run(command, input=given, text=True, check=False, env=ours | environment)
    if done.returncode:
        raise CommandFailed(f"`{shlex.join(command[:2])}` ended with exit code {done.returncode}")
