"""Installs the application, or brings it up to date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from install import commands, images, parameters
from install.account import Account
from install.errors import StackUnusable
from install.sam import Sam
from install.terminal import confirmed, main, said

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

    from install.stack import Stack


def _deploy(arguments: Namespace) -> None:
    chosen = parameters.chosen(arguments.environment, arguments.parameters)
    recipe = images.build_args(arguments.build_args)
    commands.require("sam", "python3.13", "docker")
    commands.require_docker()
    account = Account.current()
    stack = account.stack(arguments.stack)
    _check(stack)
    _say(arguments.stack, account, is_update=stack is not None)
    confirmed("Go on?", yes=arguments.yes)
    architecture = parameters.architecture(
        chosen.get("Architecture"), stack.parameters.get("Architecture") if stack else None
    )
    sam = Sam(environment=arguments.environment, region=account.region, stack=arguments.stack)
    _install(sam, account, chosen, images.Recipe(architecture, recipe), is_first=not (stack and stack.outputs))
    _show(account.installed(arguments.stack))


def _check(stack: Stack | None) -> None:
    if stack is not None and stack.is_moving:
        raise StackUnusable(f"the stack {stack.name} is {stack.status}: try again when it has settled")
    if stack is not None and stack.is_broken:
        raise StackUnusable(
            f"the stack {stack.name} is {stack.status}: its events say why. "
            f"`make uninstall STACK={stack.name}` removes what is left of it; then install again"
        )


def _say(stack: str, account: Account, *, is_update: bool) -> None:
    said(f"{'Updates' if is_update else 'Installs'} the stack {stack} in {account}:")
    said("  builds the functions (sam build) and the two container images (docker build),")
    said("  pushes the images to the stack's own repositories, and deploys the stack (sam deploy).")
    said("SAM CLI keeps its uploads in a bucket of its own, stack aws-sam-cli-managed-default.")


def _install(
    sam: Sam, account: Account, chosen: Mapping[str, str], recipe: images.Recipe, *, is_first: bool
) -> None:
    said("== the functions")
    sam.build(recipe.architecture)
    if is_first:
        said("== the stack, which holds the images' repositories")
        sam.deploy({**chosen, "Architecture": recipe.architecture})
    said("== the images")
    pushed = images.push_all(account, account.installed(sam.stack).outputs, recipe)
    said("== the stack, with the images")
    sam.deploy({**chosen, **pushed, "Architecture": recipe.architecture})


def _show(stack: Stack) -> None:
    said()
    for name, value in stack.outputs.items():
        said(f"{name:28} {value}")


if __name__ == "__main__":
    main("Install the application, or bring it up to date", _deploy)
