"""Installs the application, or brings it up to date."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Final

from install import commands, images
from install.account import Account
from install.terminal import confirmed, main, said

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping
    from pathlib import Path

CONFIG: Final = images.ROOT / "samconfig.toml"


def parameters(environment: str, given: str, config: Path = CONFIG) -> dict[str, str]:
    """Those of samconfig.toml's environment, then those given as `Name=value Name=value`."""
    settings = tomllib.loads(config.read_text())
    listed = settings[environment]["deploy"]["parameters"]["parameter_overrides"]
    pairs = (each.partition("=") for each in [*listed, *given.split()])
    return {name: value for name, _, value in pairs}


def _deploy(arguments: Namespace) -> None:
    commands.require("sam")
    commands.require_docker()
    account = Account.current()
    chosen = parameters(arguments.environment, arguments.parameters)
    is_update = account.has_stack(arguments.stack)
    _say(arguments.stack, account, is_update=is_update)
    confirmed("Go on?", yes=arguments.yes)
    commands.run("sam", "build", "--config-env", arguments.environment)
    if not is_update:
        _sam_deploy(arguments, chosen)  # the images' repositories are part of the stack
    architecture = chosen.get("Architecture", arguments.architecture)
    pushed = images.push_all(account, account.outputs(arguments.stack), architecture)
    _sam_deploy(arguments, {**chosen, **pushed})
    for name, value in account.outputs(arguments.stack).items():
        said(f"{name:28} {value}")


def _say(stack: str, account: Account, *, is_update: bool) -> None:
    said(f"{'Updates' if is_update else 'Installs'} the stack {stack} in {account}:")
    said("  builds the functions (sam build) and the two container images (docker build),")
    said("  pushes the images to the stack's own repositories, and deploys the stack (sam deploy).")
    said("SAM CLI keeps its uploads in a bucket of its own, stack aws-sam-cli-managed-default.")


def _sam_deploy(arguments: Namespace, chosen: Mapping[str, str]) -> None:
    overrides = [f"{name}={value}" for name, value in chosen.items()]
    commands.run(
        "sam",
        "deploy",
        *("--config-env", arguments.environment),
        *("--stack-name", arguments.stack),
        *(("--parameter-overrides", *overrides) if overrides else ()),
        "--no-confirm-changeset",
        "--no-fail-on-empty-changeset",
    )


if __name__ == "__main__":
    main("Install the application, or bring it up to date", _deploy)
