"""Builds one unit with aws-lambda-builders, in a process and an environment of its own.

Its one argument is the path of an Order, in JSON; it leaves an Outcome, in JSON, at the path that the order names.
What it prints is the build's output. The build runs the project's own code: the parent believes none of it.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_builders.exceptions import LambdaBuilderError
from aws_lambda_builders.supported_runtimes import NODEJS_RUNTIMES

from bundle_options import bundle_options
from cdk_build import TOOL as CDK
from cdk_build import synthesize
from compiled import GO, RUST, go, rust
from deployer.errors import BuildFailed
from make_build import makefile
from node_manifest import dependencies, has_lock, repair
from npm_install import (
    NOT_IN_SYNC,
    gather,
    has_local_packages,
    install,
    install_scripts,
    other_locks,
    workspace_of,
)
from order import (
    Order,
    Outcome,
    emptied,
    node_settings,
    python_runtime,
    run,
    target_architecture,
)
from own_limits import limit_resources
from python_requirements import requirements_file
from requirements_text import make_fit

if TYPE_CHECKING:
    from collections.abc import Callable

    from deployer.worker import BuildUnit

_LAYER_FOLDERS: Final = {"python": "python", "nodejs": "nodejs"}


def build(order: Order) -> Outcome:
    """Fills the order's artifacts folder. Raises BuildFailed, LambdaBuilderError."""
    unit = order["unit"]
    artifacts = Path(order["artifacts"])
    if unit["kind"] == "layer":
        artifacts /= _LAYER_FOLDERS.get(unit["method"], "")
    artifacts.mkdir(parents=True, exist_ok=True)
    return _METHODS[unit["method"]](order, Path(order["source"]), artifacts)


def _python(order: Order, source: Path, artifacts: Path) -> Outcome:
    """Wheels first: installing one runs none of its code, and it may be made for another interpreter.

    Then sources: uv refuses what they are built to when it does not fit the target.
    """
    runtime = python_runtime(order)
    project, version = Path(order["project"]), runtime.removeprefix("python")
    manifest = requirements_file(source, project, Path(order["scratch"]), version)
    warnings = make_fit(manifest, manifest.parent if manifest.parent != source else project)
    os.chdir(source)  # what a requirement's path is relative to

    def install(file: Path) -> None:
        run(order, "python", "uv", artifacts, file, runtime=runtime)

    try:
        install(_wheels_alone(manifest, Path(order["scratch"])))
    except LambdaBuilderError:
        emptied(artifacts)
        _with_sources(lambda: install(manifest), f"{runtime} on {target_architecture(order)}")
        warnings.append("some packages have no wheel and were built from their source")
    return {"tool": _TOOLS["python"], "warnings": warnings}


def _wheels_alone(manifest: Path, scratch: Path) -> Path:
    """The same requirements, for which nothing may be built. uv's `pip` has no setting for it."""
    file = scratch / "requirements-wheels.txt"
    file.write_text(f"--only-binary :all:\n-r {manifest}\n")
    return file


def _with_sources(install: Callable[[], None], target: str) -> None:
    try:
        install()
    except LambdaBuilderError as error:
        raise BuildFailed(
            f"{error} (each package needs a wheel for {target}, or a source that makes one)"
        ) from error


def _nodejs(order: Order, source: Path, artifacts: Path) -> Outcome:
    """Exactly what a lock file says, or the newest that package.json allows; for the function's processor."""
    os.environ.update(node_settings(order))
    manifest, project = source / "package.json", Path(order["project"])
    if not manifest.is_file():
        _run_npm(order, artifacts, {}, is_installing=False)
        return {"tool": _TOOLS["nodejs"], "warnings": []}
    repair(manifest)
    home = workspace_of(source, project) or source
    if home == source and not has_local_packages(source):
        return _nodejs_alone(order, source, artifacts)
    warnings = install(source, home)
    _run_npm(order, artifacts, {}, is_installing=False)
    gather(source, home, project, artifacts)
    return {"tool": _TOOLS["nodejs"], "warnings": [*warnings, *_not_run(home)]}


def _nodejs_alone(order: Order, source: Path, artifacts: Path) -> Outcome:
    warnings = other_locks(source)
    os.environ["NPM_CONFIG_OMIT"] = "dev"  # `npm ci` is not told by aws-lambda-builders
    try:
        _run_npm(order, artifacts, {"use_npm_ci": has_lock(source)})
    except LambdaBuilderError as error:
        if "in sync" not in str(error):
            raise
        warnings.append(NOT_IN_SYNC)
        emptied(artifacts)
        _run_npm(order, artifacts, {"use_npm_ci": False})
    return {"tool": _TOOLS["nodejs"], "warnings": [*warnings, *_not_run(artifacts)]}


def _not_run(folder: Path) -> list[str]:
    skipped = install_scripts(folder)
    return [f"install scripts were not run: {', '.join(skipped)}"] if skipped else []


def _run_npm(order: Order, artifacts: Path, options: dict[str, Any], *, is_installing: bool = True) -> None:
    run(
        order,
        "nodejs",
        "npm",
        artifacts,
        Path(order["source"], "package.json"),
        runtime=_node_runtime(order["unit"]),
        options=options,
        is_installing=is_installing,
        is_in_source=None if is_installing else False,
    )


def _node_runtime(unit: BuildUnit) -> str:
    return unit["runtime"] if unit["runtime"] in NODEJS_RUNTIMES else str(NODEJS_RUNTIMES[-1])


def _esbuild(order: Order, source: Path, artifacts: Path) -> Outcome:
    """Bundled where it lies: what it imports from around it is there."""
    unit, manifest, warnings = order["unit"], source / "package.json", []
    if manifest.is_file():
        repair(manifest)
        warnings = install(source, workspace_of(source, Path(order["project"])) or source)
    options = bundle_options(
        unit["options"],
        unit["handler"],
        unit["runtime"],
        dependencies(manifest),
        lambda name: (source / name).is_file(),
    )
    run(
        order,
        "nodejs",
        "npm-esbuild",
        artifacts,
        manifest,
        runtime=_node_runtime(unit),
        options=options,
        is_installing=False,
        is_in_source=True,
    )
    return {"tool": _TOOLS["esbuild"], "warnings": warnings}


_TOOLS: Final = {
    "python": "uv",
    "nodejs": "npm",
    "esbuild": "esbuild",
    "makefile": "make",
    "go": GO,
    "rust": RUST,
    "cdk": CDK,
}
_METHODS: Final = {
    "python": _python,
    "nodejs": _nodejs,
    "esbuild": _esbuild,
    "makefile": makefile,
    "go": go,
    "rust": rust,
    "cdk": synthesize,
}


def main() -> int:
    limit_resources()
    order: Order = json.loads(Path(sys.argv[1]).read_text())
    logging.getLogger("aws_lambda_builders").setLevel(logging.CRITICAL)  # what it logs, its error says too
    outcome: Outcome = {"tool": _TOOLS[order["unit"]["method"]], "warnings": []}
    try:
        outcome = build(order)
    except (BuildFailed, LambdaBuilderError, OSError, ValueError) as error:
        outcome["error"] = str(error).strip()
        sys.stderr.write(f"{error}\n")
    Path(order["outcome"]).write_text(json.dumps(outcome))
    return 1 if "error" in outcome else 0


if __name__ == "__main__":
    sys.exit(main())
