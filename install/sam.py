"""SAM CLI, as the installer uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from install import commands

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Sam:
    """`environment` is samconfig.toml's; region and stack are given each time, whatever a profile says."""

    environment: str
    region: str
    stack: str

    def build(self, architecture: str) -> None:
        """The functions with their dependencies, in .aws-sam/build. Raises CommandFailed.

        SAM CLI takes the template's default for what it is not given, and the wheels are those of one processor.
        """
        self._run("build", "--parameter-overrides", f"Architecture={architecture}")

    def deploy(self, chosen: Mapping[str, str]) -> None:
        """The stack is as the template and these parameters say. Raises CommandFailed."""
        overrides = [f"{name}={value}" for name, value in chosen.items()]
        self._run(
            "deploy",
            *("--stack-name", self.stack),
            *(("--parameter-overrides", *overrides) if overrides else ()),
            *("--no-confirm-changeset", "--no-fail-on-empty-changeset"),
        )

    def _run(self, command: str, *arguments: str) -> None:
        commands.run("sam", command, "--config-env", self.environment, "--region", self.region, *arguments)
