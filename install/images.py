"""Builds and pushes the two container images. A tag is the digest of what goes into its image."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from install import commands
from install.account import Account
from install.terminal import main, said

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping

ROOT: Final = Path(__file__).resolve().parent.parent
IMAGES: Final = {"clone": "CloneImage", "build": "BuildImage"}
PLATFORMS: Final = {"x86_64": "linux/amd64", "arm64": "linux/arm64"}


def tag_of(name: str, architecture: str, root: Path = ROOT) -> str:
    """The digest of every file that goes into the image, by name and content, and of its platform."""
    digest = hashlib.sha256(architecture.encode())
    for path in sorted(_inputs(name, root)):
        body = hashlib.sha256(path.read_bytes()).hexdigest()
        digest.update(f"\n{path.relative_to(root).as_posix()} {body}".encode())
    return digest.hexdigest()[:16]


def _inputs(name: str, root: Path) -> list[Path]:
    folders = (root / "containers" / name, root / "functions" / "deployer")
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if "__pycache__" not in path.parts]


def push_all(account: Account, outputs: Mapping[str, str], architecture: str) -> dict[str, str]:
    """Both images are in their repositories; their addresses, by the template's parameter."""
    commands.require_docker()
    addresses = {}
    for name, parameter in IMAGES.items():
        repository = outputs[f"{parameter}RepositoryUri"]
        addresses[parameter] = _push(account, name, repository, tag_of(name, architecture), architecture)
    return addresses


def _push(account: Account, name: str, repository: str, tag: str, architecture: str) -> str:
    address = f"{repository}:{tag}"
    if _is_there(account, repository, tag):
        said(f"{name}: {tag} is there already")
        return address
    _log_in(account, repository)
    dockerfile = str(ROOT / "containers" / name / "Dockerfile")
    platform = PLATFORMS[architecture]
    commands.run("docker", "build", "--platform", platform, "-f", dockerfile, "-t", address, str(ROOT))
    commands.run("docker", "push", address)
    return address


def _is_there(account: Account, repository: str, tag: str) -> bool:
    try:
        account.client("ecr").describe_images(
            repositoryName=repository.partition("/")[2], imageIds=[{"imageTag": tag}]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ImageNotFoundException":
            return False
        raise
    return True


def _log_in(account: Account, repository: str) -> None:
    token = account.client("ecr").get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    registry = repository.partition("/")[0]
    commands.run("docker", "login", "--username", user, "--password-stdin", registry, given=password)


def _images(arguments: Namespace) -> None:
    account = Account.current()
    for address in push_all(account, account.outputs(arguments.stack), arguments.architecture).values():
        said(address)


if __name__ == "__main__":
    main("Build and push the container images", _images)
