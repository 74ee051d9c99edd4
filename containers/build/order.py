"""What one build is asked for, what it leaves, and how aws-lambda-builders is asked to do it."""

from __future__ import annotations

import platform
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NotRequired, TypedDict

from aws_lambda_builders.builder import LambdaBuilder

if TYPE_CHECKING:
    from deployer.worker import BuildUnit

_MACHINES: Final[dict[str, Literal["x86_64", "arm64"]]] = {"aarch64": "arm64", "arm64": "arm64"}


class Order(TypedDict):
    unit: BuildUnit
    project: str  # the project's files
    source: str  # the unit's own folder among them, which may be changed
    artifacts: str  # an empty folder, filled by the build
    scratch: str
    outcome: str
    targetPython: str | None  # build for this version and this machine, whatever the unit says
    bundlerPath: str | None  # a folder with esbuild, for projects that bring none


class Outcome(TypedDict):
    tool: str
    warnings: list[str]
    error: NotRequired[str]


def target_architecture(order: Order) -> Literal["x86_64", "arm64"]:
    """The processor that the package is for."""
    return own_architecture() if order["targetPython"] else order["unit"]["architecture"]


def node_settings(order: Order) -> dict[str, str]:
    """npm's settings that choose among packages which are each for one processor (npm documentation, "config")."""
    cpu = {"x86_64": "x64", "arm64": "arm64"}[target_architecture(order)]
    return {"NPM_CONFIG_CPU": cpu, "NPM_CONFIG_OS": "linux", "NPM_CONFIG_LIBC": "glibc"}


def go_settings(order: Order) -> dict[str, str]:
    """What Go compiles for, whatever it runs on."""
    return {"GOOS": "linux", "GOARCH": {"x86_64": "amd64", "arm64": "arm64"}[target_architecture(order)]}


def own_architecture() -> Literal["x86_64", "arm64"]:
    return _MACHINES.get(platform.machine(), "x86_64")


def run(
    order: Order,
    language: str,
    manager: str | None,
    artifacts: Path,
    manifest: Path,
    *,
    runtime: str,
    options: dict[str, Any] | None = None,
    is_installing: bool = True,
    is_in_source: bool | None = None,
) -> None:
    """One workflow of aws-lambda-builders, for the order's target. Raises LambdaBuilderError."""
    builder = LambdaBuilder(language=language, dependency_manager=manager, application_framework=None)
    builder.build(
        order["source"],
        str(artifacts),
        str(Path(order["scratch"], "work")),
        str(manifest),
        runtime=runtime,
        unpatched_runtime=order["unit"]["runtime"],  # what cargo-lambda chooses the C library by
        architecture=target_architecture(order),
        options=options,
        download_dependencies=is_installing,
        build_in_source=is_in_source,
        executable_search_paths=[order["bundlerPath"]] if order["bundlerPath"] else None,
        is_building_layer=order["unit"]["kind"] == "layer",
    )


def emptied(folder: Path) -> None:
    """Nothing of a try that failed is left."""
    shutil.rmtree(folder)
    folder.mkdir()
