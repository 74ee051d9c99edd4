"""What a makefile builds by itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from aws_lambda_builders.exceptions import LambdaBuilderError

import target_pip
from deployer.errors import BuildFailed
from foreign_files import foreign_files
from order import (
    Order,
    Outcome,
    go_settings,
    own_architecture,
    own_runtime,
    python_runtime,
    run,
    target_architecture,
)

_NAMES: Final = ("GNUmakefile", "makefile", "Makefile")  # in the order in which make looks


def makefile(order: Order, source: Path, artifacts: Path) -> Outcome:
    """Run where it lies: what its commands name around it is there. Raises BuildFailed, LambdaBuilderError.

    npm is not told of the processor: what a makefile installs it may also run.
    """
    version = python_runtime(order).removeprefix("python") if _is_python(order) else ""
    os.environ.update(go_settings(order))
    if version and (version, target_architecture(order)) != (
        own_runtime().removeprefix("python"),
        own_architecture(),
    ):
        programs = target_pip.lay_out(Path(order["scratch"], "programs"), version, target_architecture(order))
        os.environ["PATH"] = f"{programs}:{os.environ['PATH']}"
    _make(order, source, artifacts)
    return {"tool": "make", "warnings": foreign_files(artifacts, target_architecture(order), version)}


def _is_python(order: Order) -> bool:
    return order["unit"]["runtime"].startswith("python")


def _make(order: Order, source: Path, artifacts: Path) -> None:
    manifest = next((source / name for name in _NAMES if (source / name).is_file()), source / "Makefile")
    target = order["unit"]["name"]
    options = {"build_logical_id": target}
    try:
        run(order, "provided", None, artifacts, manifest, runtime="provided", options=options, is_in_source=True)
    except LambdaBuilderError as error:
        if f"No rule to make target 'build-{target}'" not in str(error):
            raise
        raise BuildFailed(
            f"{manifest.name} has no target build-{target}, which `sam build` needs, too: add it, or name another "
            "BuildMethod in the Metadata"
        ) from error
