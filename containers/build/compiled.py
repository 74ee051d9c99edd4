"""Functions in Go and Rust: compiled to the one program that a custom runtime starts."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

from order import Order, Outcome, run, target_architecture

GO: Final = "go"
RUST: Final = "cargo-lambda"


def go(order: Order, source: Path, artifacts: Path) -> Outcome:
    """`go build` of the source, or of the folder or file in it that the handler names; go.mod may lie above.

    Without cgo: the container's C library may be newer than the runtime's, and no program would start then
    (AWS Lambda Developer Guide, "Deploy Go Lambda functions with .zip file archives").
    """
    os.environ["CGO_ENABLED"] = "0"
    unit = order["unit"]
    options = {
        "artifact_executable_name": unit["handler"] or "bootstrap",
        "trim_go_path": _is_true(unit["options"].get("TrimGoPath")),
    }
    runtime = unit["runtime"] if unit["runtime"].startswith("go") else "provided"
    run(order, "go", "modules", artifacts, source / "go.mod", runtime=runtime, options=options)
    return {"tool": GO, "warnings": []}


def rust(order: Order, source: Path, artifacts: Path) -> Outcome:
    """`cargo lambda build` of the package, or of its program that BuildProperties name as Binary.

    Builds of one source for one target share what they compile; others do not, for their programs may have the
    same name.
    """
    unit, warnings = order["unit"], _with_own_toolchain(source, Path(order["project"]))
    binary = unit["options"].get("Binary")
    key = f"{unit['source']} {target_architecture(order)} {unit['runtime']}"
    shared = Path(os.environ["CARGO_HOME"], "targets", hashlib.sha256(key.encode()).hexdigest()[:16])
    os.environ["CARGO_TARGET_DIR"] = str(shared)
    options = {"artifact_executable_name": binary} if isinstance(binary, str) else None
    run(order, "rust", "cargo", artifacts, source / "Cargo.toml", runtime="provided", options=options)
    return {"tool": RUST, "warnings": warnings}


def _with_own_toolchain(source: Path, project: Path) -> list[str]:
    """The image's only Rust is taken, for no other can be fetched where it runs. That is told to who named one."""
    installed = [path.name for path in Path(os.environ.get("RUSTUP_HOME", "/nowhere"), "toolchains").glob("*")]
    if len(installed) != 1:
        return []
    os.environ["RUSTUP_TOOLCHAIN"] = installed[0]
    folders = [folder for folder in (source, *source.parents) if folder.is_relative_to(project)]
    named = next((path for folder in folders for path in folder.glob("rust-toolchain*")), None)
    return [f"{named.name} is not followed: Rust is {installed[0]}"] if named else []


def _is_true(value: object) -> bool:
    return value is True or str(value).lower() == "true"
