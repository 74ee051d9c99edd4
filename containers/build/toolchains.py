"""Toolchains that the build image has only when it was made with them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from deployer.errors import RuntimeUnsupported

if TYPE_CHECKING:
    from deployer.worker import BuildUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class Toolchain:
    """`programs` are all on PATH where it is there; `argument` of the image adds it."""

    name: str
    programs: tuple[str, ...]
    argument: str


_REGISTRY: Final = "public.ecr.aws/docker/library"
TOOLCHAINS: Final = {
    "go": Toolchain(name="Go", programs=("go",), argument=f"GO_IMAGE={_REGISTRY}/golang:1"),
    "rust": Toolchain(
        name="Rust and Cargo Lambda",
        programs=("cargo", "cargo-lambda"),
        argument=f"RUST_IMAGE={_REGISTRY}/rust:1-slim",
    ),
}


def require(unit: BuildUnit, path: str) -> None:
    """Returns when the unit can be built with what is on `path`. Raises RuntimeUnsupported."""
    toolchain = TOOLCHAINS.get(unit["method"])
    if toolchain is None:
        return
    missing = [program for program in toolchain.programs if shutil.which(program, path=path) is None]
    if missing:
        raise RuntimeUnsupported(
            f"{unit['name']} ({unit['runtime'] or unit['method']}) is built with {toolchain.name}, which the "
            f"build does not have (no {', '.join(missing)}): whoever installed this application adds it with "
            f'`make deploy BUILD_ARGS="{toolchain.argument}"`; or commit what it builds, and set '
            "`SkipBuild: true` in its Metadata"
        )
