"""How the installer talks with the person at the terminal."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from install.errors import InstallError, NotConfirmed

if TYPE_CHECKING:
    from collections.abc import Callable


def said(line: str = "") -> None:
    print(line, flush=True)


def confirmed(question: str, *, yes: bool) -> None:
    """Returns when the person agrees, or has before. Raises NotConfirmed."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise NotConfirmed("nobody is there to confirm it: give YES=1")
    if input(f"{question} [y/N] ").strip().lower() not in {"y", "yes"}:
        raise NotConfirmed("nothing was done")


def main(description: str, act: Callable[[argparse.Namespace], None]) -> None:
    """Runs it with the installer's arguments; what goes wrong is one line and exit code 1."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--stack", default="github-lambda-deployer", help="name of the application's stack")
    parser.add_argument("--environment", default="default", help="environment of samconfig.toml")
    parser.add_argument("--parameters", default="", help="Name=value Name=value, over those of samconfig.toml")
    parser.add_argument("--build-args", default="", help="NAME=value NAME, for `docker build`")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    try:
        act(parser.parse_args())
    except (InstallError, BotoCoreError, ClientError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit("\ninterrupted; the same command goes on where this ended")
