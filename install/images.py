"""Builds and pushes the two container images. A tag is the digest of what goes into its image."""

from __future__ import annotations

import base64
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from install import commands, parameters
from install.account import Account
from install.errors import SettingsInvalid, StackMissing
from install.terminal import main, said

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = {"clone": "CloneImage", "build": "BuildImage"}
PLATFORMS: Final = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}


@dataclass(frozen=True, slots=True)
class Recipe:
    """What an image is made from beside its files: its processor, and the Dockerfiles' arguments."""

    architecture: str
    build_args: Mapping[str, str] = field(default_factory=dict)


def build_args(given: str, environment: Mapping[str, str] | None = None) -> dict[str, str]:
    """From `NAME=value NAME`: a name alone is taken from the environment, as docker does.

    Raises SettingsInvalid for a name that is not there.
    """
    ours = os.environ if environment is None else environment
    words = given.split()
    if missing := [word for word in words if "=" not in word and word not in ours]:
        raise SettingsInvalid(f"BUILD_ARGS names {', '.join(missing)}, which the environment does not have")
    return {word: ours[word] for word in words if "=" not in word} | parameters.pairs_of(
        word for word in words if "=" in word
    )


def tag_of(name: str, recipe: Recipe, root: Path = ROOT) -> str:
    """The digest of every file that goes into the image, by name and content, and of its recipe."""
    digest = hashlib.sha256(recipe.architecture.encode())
    for argument, value in sorted(recipe.build_args.items()):
        digest.update(f"\n{argument}={value}".encode())
    for path in sorted(_inputs(name, root)):
        body = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"\n{path.relative_to(root).as_posix()} {body}".encode())
    return digest.hexdigest()[:16]


def _inputs(name: str, root: Path) -> list[Path]:
    folders = (root / "containers" / name, root / "functions" / "deployer")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if "__pycache__" not in path.parts]


def push_all(account: Account, outputs: Mapping[str, str], recipe: Recipe) -> dict[str, str]:
    """Both images are in their repositories; their addresses, by the template's parameter.

    Raises StackMissing where the stack has no repositories yet, CommandFailed.
    """
    addresses = {}
    for name, parameter in IMAGES.items():
        repository = outputs.get(f"{parameter}RepositoryUri")
        if repository is None:
            raise StackMissing("the stack has no repositories for the images yet: run `make deploy` first")
        addresses[parameter] = _push(account, name, f"{repository}:{tag_of(name, recipe)}", recipe)
    return addresses


def _push(account: Account, name: str, address: str, recipe: Recipe) -> str:
    if _is_there(account, address):
        said(f"{name}: {address} is there already")
        return address
    said(f"{name}: {address}")
    _log_in(account, address)
    _build(name, address, recipe)
    commands.run("docker", "push", address)
    return address


def _build(name: str, address: str, recipe: Recipe) -> None:
    dockerfile = str(ROOT / "containers" / name / "Dockerfile")
    arguments = [word for pair in recipe.build_args.items() for word in ("--build-arg", "=".join(pair))]
    commands.run(
        *("docker", "build", "--platform", PLATFORMS[recipe.architecture], *arguments),
        *("-f", dockerfile, "-t", address, str(ROOT)),
        # One image is then one entry in its repository, whose rule keeps the last three.
        BUILDX_NO_DEFAULT_ATTESTATIONS="1",
    )


def _is_there(account: Account, address: str) -> bool:
    repository, _, tag = address.partition("/")[2].rpartition(":")
    answer = account.client("ecr").batch_get_image(repositoryName=repository, imageIds=[{"imageTag": tag}])
    return bool(answer["images"])


def _log_in(account: Account, address: str) -> None:
    token = account.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    registry = address.partition("/")[0]
    commands.run("docker", "login", "--username", user, "--password-stdin", registry, given=password)


def _images(arguments: Namespace) -> None:
    given = build_args(arguments.build_args)
    commands.require_docker()
    account = Account.current()
    stack = account.installed(arguments.stack)
    architecture = parameters.architecture(None, stack.parameters.get("Architecture"))
    for address in push_all(account, stack.outputs, Recipe(architecture, given)).values():
        said(address)


if __name__ == "__main__":
    main("Build and push the container images", _images)
