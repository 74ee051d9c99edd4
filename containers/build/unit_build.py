"""Builds one unit with aws-lambda-builders, in a process and an environment of its own.

Its one argument is the path of an Order, in JSON; it leaves an Outcome, in JSON, at the path that the order names.
What it prints is the build's output. The build runs the project's own code: the parent believes none of it.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NotRequired, TypedDict

from aws_lambda_builders.builder import LambdaBuilder
from aws_lambda_builders.exceptions import LambdaBuilderError
from aws_lambda_builders.supported_runtimes import NODEJS_RUNTIMES

from bundle_options import bundle_options
from cdk_build import TOOL as CDK
from cdk_build import synthesize
from deployer.errors import BuildFailed
from node_manifest import dependencies, has_lock, install_scripts, repair
from python_requirements import requirements_file

if TYPE_CHECKING:
    from deployer.worker import BuildUnit

_LAYER_FOLDERS: Final = {"python": "python", "nodejs": "nodejs"}
_MAKEFILES: Final = ("GNUmakefile", "makefile", "Makefile")  # in the order in which make looks
_MACHINES: Final = {"aarch64": "arm64", "arm64": "arm64", "AMD64": "x86_64"}
_NO_SOURCE_BUILDS: Final = "UV_NO_BUILD"


class Order(TypedDict):
    unit: BuildUnit
    source: str  # a copy that may be changed
    artifacts: str  # an empty folder, filled by the build
    scratch: str
    outcome: str
    targetPython: str | None  # build for this version and this machine, whatever the unit says
    bundlerPath: str | None  # a folder with esbuild, for projects that bring none


class Outcome(TypedDict):
    tool: str
    warnings: list[str]
    error: NotRequired[str]


def build(order: Order) -> Outcome:
    """Fills the order's artifacts folder. Raises BuildFailed, LambdaBuilderError."""
    unit = order["unit"]
    artifacts = Path(order["artifacts"])
    if unit["kind"] == "layer":
        artifacts /= _LAYER_FOLDERS.get(unit["method"], "")
    artifacts.mkdir(parents=True, exist_ok=True)
    return _METHODS[unit["method"]](order, Path(order["source"]), artifacts)


def _python(order: Order, source: Path, artifacts: Path) -> Outcome:
    """Wheels first: installing one runs none of its code, and it may be made for another interpreter."""
    runtime, architecture = _python_target(order)
    manifest = requirements_file(source, Path(order["scratch"])) or source / "requirements.txt"

    def run() -> None:
        _run(order, "python", "uv", artifacts, manifest, runtime=runtime, architecture=architecture)

    os.environ[_NO_SOURCE_BUILDS] = "1"
    try:
        run()
    except LambdaBuilderError as error:
        if not _is_own(runtime, architecture):
            raise BuildFailed(f"{error} (there must be wheels for {runtime} on {architecture})") from error
    else:
        return {"tool": _TOOLS["python"], "warnings": []}
    del os.environ[_NO_SOURCE_BUILDS]
    _empty(artifacts)
    run()
    return {"tool": _TOOLS["python"], "warnings": ["some packages have no wheel and were built from their source"]}


def _python_target(order: Order) -> tuple[str, str]:
    if order["targetPython"]:
        return f"python{order['targetPython']}", _own_architecture()
    runtime = order["unit"]["runtime"]
    return runtime if runtime.startswith("python") else _own_runtime(), order["unit"]["architecture"]


def _is_own(runtime: str, architecture: str) -> bool:
    return (runtime, architecture) == (_own_runtime(), _own_architecture())


def _own_runtime() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def _own_architecture() -> str:
    return _MACHINES.get(platform.machine(), "x86_64")


def _nodejs(order: Order, source: Path, artifacts: Path) -> Outcome:
    """Exactly what a lock file says, or the newest that package.json allows."""
    manifest = source / "package.json"
    if manifest.is_file():
        repair(manifest)
    warnings = []
    try:
        _run_npm(order, artifacts, {"use_npm_ci": has_lock(source)})
    except LambdaBuilderError as error:
        if "in sync" not in str(error):
            raise
        warnings.append("package-lock.json does not match package.json: installed by package.json")
        _empty(artifacts)
        _run_npm(order, artifacts, {"use_npm_ci": False})
    if skipped := install_scripts(artifacts):
        warnings.append(f"install scripts were not run: {', '.join(skipped)}")
    return {"tool": _TOOLS["nodejs"], "warnings": warnings}


def _run_npm(order: Order, artifacts: Path, options: dict[str, Any]) -> None:
    manifest = Path(order["source"], "package.json")
    _run(order, "nodejs", "npm", artifacts, manifest, runtime=_node_runtime(order["unit"]), options=options)


def _node_runtime(unit: BuildUnit) -> str:
    return unit["runtime"] if unit["runtime"] in NODEJS_RUNTIMES else str(NODEJS_RUNTIMES[-1])


def _esbuild(order: Order, source: Path, artifacts: Path) -> Outcome:
    unit = order["unit"]
    manifest = source / "package.json"
    if manifest.is_file():
        repair(manifest)
    options = bundle_options(
        unit["options"],
        unit["handler"],
        unit["runtime"],
        dependencies(manifest),
        lambda name: (source / name).is_file(),
    )
    runtime = _node_runtime(unit)
    _run(order, "nodejs", "npm-esbuild", artifacts, manifest, runtime=runtime, options=options)
    return {"tool": _TOOLS["esbuild"], "warnings": []}


def _makefile(order: Order, source: Path, artifacts: Path) -> Outcome:
    manifest = next((source / name for name in _MAKEFILES if (source / name).is_file()), source / "Makefile")
    options = {"build_logical_id": order["unit"]["name"]}
    _run(order, "provided", None, artifacts, manifest, runtime="provided", options=options)
    return {"tool": _TOOLS["makefile"], "warnings": []}


def _run(
    order: Order,
    language: str,
    manager: str | None,
    artifacts: Path,
    manifest: Path,
    *,
    runtime: str,
    architecture: str = "x86_64",
    options: dict[str, Any] | None = None,
) -> None:
    builder = LambdaBuilder(language=language, dependency_manager=manager, application_framework=None)
    builder.build(
        order["source"],
        str(artifacts),
        str(Path(order["scratch"], "work")),
        str(manifest),
        runtime=runtime,
        architecture=architecture,
        options=options,
        executable_search_paths=[order["bundlerPath"]] if order["bundlerPath"] else None,
        is_building_layer=order["unit"]["kind"] == "layer",
    )


def _empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


_TOOLS: Final = {"python": "uv", "nodejs": "npm", "esbuild": "esbuild", "makefile": "make", "cdk": CDK}
_METHODS: Final = {
    "python": _python,
    "nodejs": _nodejs,
    "esbuild": _esbuild,
    "makefile": _makefile,
    "cdk": synthesize,
}


def main() -> int:
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
