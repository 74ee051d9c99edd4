"""Installing: the images' tags, the parameters that are handed on, and what is said when something is missing."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from install import commands, images, parameters
from install.errors import NotConfirmed, SettingsInvalid, ToolMissing
from install.images import Recipe
from install.stack import Stack, is_deployed
from install.terminal import confirmed

if TYPE_CHECKING:
    from pathlib import Path

INTEL = Recipe("x86_64")
OURS = {"Tags": [{"Key": "ManagedBy", "Value": "GitHubLambdaDeployer"}]}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("containers/clone", "containers/build", "functions/deployer"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "one.py").write_text("1")
    return tmp_path


def test_same_files(root: Path) -> None:
    """The tag is the files' own: what Python leaves beside them does not change it."""
    before = images.tag_of("clone", INTEL, root)

    (root / "functions" / "deployer" / "__pycache__").mkdir()
    (root / "functions" / "deployer" / "__pycache__" / "one.pyc").write_text("x")

    assert images.tag_of("clone", INTEL, root) == before


@pytest.mark.parametrize(
    "changed", ["containers/clone/one.py", "functions/deployer/one.py", "containers/clone/two"]
)
def test_other_files(root: Path, changed: str) -> None:
    """What goes into an image changes its tag; what goes into the other alone does not."""
    clone, build = (images.tag_of(name, INTEL, root) for name in ("clone", "build"))

    (root / changed).write_text("2")

    assert images.tag_of("clone", INTEL, root) != clone
    assert (images.tag_of("build", INTEL, root) == build) == changed.startswith("containers/clone")


@pytest.mark.parametrize("other", [Recipe("arm64"), Recipe("x86_64", {"REFRESHED": "2026-11"})])
def test_other_recipe(root: Path, other: Recipe) -> None:
    """An image for another processor, or made with another argument, is another image."""
    assert images.tag_of("clone", INTEL, root) != images.tag_of("clone", other, root)


def test_build_args() -> None:
    """A name alone stands for what the environment has under it, which may have spaces and lines."""
    given = images.build_args("REFRESHED=2026-11 EXTRA_CA", {"EXTRA_CA": "BEGIN CERTIFICATE\nEND"})

    assert given == {"REFRESHED": "2026-11", "EXTRA_CA": "BEGIN CERTIFICATE\nEND"}


def test_build_arg_that_is_not_there() -> None:
    """A name that the environment does not have is not an empty value."""
    with pytest.raises(SettingsInvalid, match="EXTRA_CA"):
        images.build_args("EXTRA_CA", {})


def test_parameters() -> None:
    """Those given win over those of the environment."""
    chosen = parameters.chosen("shared", "MaxRunningSessions=3")

    assert chosen == {"AuthMode": "IAM", "MaxRunningSessions": "3"}


@pytest.mark.parametrize(
    ("environment", "given", "told"),
    [
        ("default", "MaxRuningSessions=3", "no parameter MaxRuningSessions: it has AuthMode, "),
        ("default", "AuthMode", "AuthMode is not of the form Name=value"),
        ("prod", "", "no environment prod: it has default, shared"),
    ],
)
def test_parameters_that_cannot_be_meant(environment: str, given: str, told: str) -> None:
    """They are refused before anything is built: SAM CLI would leave an unknown parameter out without a word."""
    with pytest.raises(SettingsInvalid, match=told):
        parameters.chosen(environment, given)


@pytest.mark.parametrize(
    ("given", "installed", "taken"),
    [("arm64", "x86_64", "arm64"), (None, "arm64", "arm64"), (None, None, "x86_64")],
)
def test_architecture(given: str | None, installed: str | None, taken: str) -> None:
    """Functions and images are built for the processor that the stack will have: what it has is kept."""
    assert parameters.architecture(given, installed) == taken


@pytest.mark.parametrize(
    ("status", "is_broken", "is_moving"),
    [
        ("ROLLBACK_COMPLETE", True, False),
        ("UPDATE_ROLLBACK_COMPLETE", False, False),
        ("UPDATE_IN_PROGRESS", False, True),
        ("REVIEW_IN_PROGRESS", False, False),
    ],
)
def test_stack_that_is_there(status: str, is_broken: bool, is_moving: bool) -> None:
    """One whose creation failed takes no update; one with a change set that nobody executed does."""
    stack = Stack.from_description({"StackName": "one", "StackStatus": status})

    assert (stack.is_broken, stack.is_moving) == (is_broken, is_moving)


@pytest.mark.parametrize(
    ("described", "listed"),
    [
        ({**OURS, "RoleARN": "role"}, True),
        (OURS, True),
        ({**OURS, "RoleARN": "that of another installation"}, False),
        ({**OURS, "RootId": "the stack that it is nested in"}, False),
        ({"Tags": []}, False),
    ],
)
def test_deployed_stacks(described: dict[str, Any], listed: bool) -> None:
    """What an installation deployed carries the tag and that installation's role; what is nested goes with it."""
    assert is_deployed(described, "role") is listed


def test_tools_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are named, with where to get them."""
    monkeypatch.setattr(shutil, "which", lambda _tool: None)

    with pytest.raises(ToolMissing, match=r"sam is not installed: see https://.*; docker is not installed"):
        commands.require("sam", "docker")


def test_nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal nothing is done unless it was said before."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)

    confirmed("Go on?", yes=True)
    with pytest.raises(NotConfirmed, match="YES=1"):
        confirmed("Go on?", yes=False)
