"""Functions in Go and Rust are built where the image has their toolchain, and refused by name where it has not.

Real builds, without any dependency: each is skipped on a machine that lacks its toolchain.
"""

from __future__ import annotations

import importlib.util
import shutil
import struct
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.build_task import OURS, a_unit

if TYPE_CHECKING:
    from tests.build_task import Machine

HAS_GO = shutil.which("go") is not None
HAS_RUST = all(shutil.which(name) for name in ("cargo", "cargo-lambda")) and (
    importlib.util.find_spec("ziglang") is not None or shutil.which("zig") is not None
)
needs_go = pytest.mark.skipif(not HAS_GO, reason="no go on PATH")
needs_rust = pytest.mark.skipif(not HAS_RUST, reason="no cargo, cargo-lambda and zig on this machine")

GO = a_unit("go", "provided.al2023", handler="bootstrap")
RUST = a_unit("rust", "provided.al2023", handler="bootstrap")
MAIN_GO = 'package main\n\nimport "net"\n\nfunc main() { println(net.ParseIP("10.0.0.1").String()) }\n'
MAIN_RS = 'fn main() { println!("of Rust"); }\n'
CARGO = '[package]\nname = "hello"\nversion = "0.1.0"\nedition = "2021"\n'
X86_64, ARM64 = 62, 183  # e_machine of elf(5)


@pytest.fixture(scope="module")
def caches(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What Go's own packages were compiled to is there for the next build."""
    return {"GOCACHE": str(tmp_path_factory.mktemp("go-build"))}


@needs_go
@pytest.mark.parametrize(("architecture", "machine_type"), [("x86_64", X86_64), ("arm64", ARM64)])
def test_go(machine: Machine, caches: dict[str, str], architecture: str, machine_type: int) -> None:
    """The program is called bootstrap, is made for the function's processor, and needs no C library."""
    files = {"src/go.mod": "module hello\n\ngo 1.21\n", "src/main.go": MAIN_GO}

    report = machine.run(files, {**GO, "architecture": architecture}, **caches)

    assert report["error"] is None
    assert report["packages"]["a1"]["tool"] == "go"
    assert machine.names() == ["bootstrap"]
    program = machine.zip().read("bootstrap")
    assert _machine_type(program) == machine_type
    assert b"libc.so.6" not in program


@needs_go
def test_go_in_a_module(machine: Machine, caches: dict[str, str]) -> None:
    """The module may be declared above the function, whose package may need others of it."""
    files = {
        "go.mod": "module hello\n\ngo 1.21\n",
        "cmd/fn/main.go": 'package main\n\nimport "hello/far"\n\nfunc main() { println(far.Answer) }\n',
        "far/far.go": "package far\n\nconst Answer = 42\n",
    }

    report = machine.run(files, {**GO, "source": "cmd/fn", "options": {"TrimGoPath": True}}, **caches)

    assert report["error"] is None
    assert _said(machine) == "42\n"


@needs_go
def test_go_by_handler(machine: Machine, caches: dict[str, str]) -> None:
    """The handler may name the folder of the program; a go1.x program has the handler's name."""
    files = {"src/go.mod": "module hello\n\ngo 1.21\n", "src/fn/main.go": MAIN_GO}

    report = machine.run(files, a_unit("go", "go1.x", handler="fn"), **caches)

    assert report["error"] is None
    assert machine.names() == ["fn"]


@needs_go
def test_go_that_does_not_compile(machine: Machine, caches: dict[str, str]) -> None:
    """The compiler's words are the error."""
    report = machine.run(
        {"src/go.mod": "module hello\n\ngo 1.21\n", "src/main.go": "package main\nx"}, GO, **caches
    )

    assert report["error"]["code"] == "BuildFailed"
    assert "Hello (go)" in report["error"]["message"]


@needs_rust
def test_rust(machine: Machine) -> None:
    """The program is called bootstrap; of several, BuildProperties say which."""
    files = {"src/Cargo.toml": CARGO, "src/src/bin/one.rs": MAIN_RS, "src/src/bin/two.rs": "fn main() {}\n"}

    report = machine.run(
        files, {**RUST, "options": {"Binary": "one"}}, seconds=300, **_rust_environment(machine.folder)
    )

    assert report["error"] is None
    assert report["packages"]["a1"]["tool"] == "cargo-lambda"
    assert machine.names() == ["bootstrap"]
    assert _said(machine) == "of Rust\n"


@pytest.mark.parametrize(
    ("unit", "name", "argument"), [(GO, "Go", "GO_IMAGE="), (RUST, "Rust and Cargo Lambda", "RUST_IMAGE=")]
)
def test_toolchain_that_is_missing(machine: Machine, unit: dict[str, Any], name: str, argument: str) -> None:
    """The function, the toolchain, the image's argument that adds it, and the way around it are named."""
    report = machine.run({"src/go.mod": ""}, unit, PATH="/nowhere")

    assert report["error"]["code"] == "RuntimeUnsupported"
    said = report["error"]["message"]
    assert said.startswith(f"Hello (provided.al2023) is built with {name}, which the build does not have")
    assert f'BUILD_ARGS="{argument}' in said
    assert "SkipBuild" in said


def _rust_environment(folder: Path) -> dict[str, str]:
    """Where this machine's own Rust is."""
    home = OURS.get("RUSTUP_HOME", str(Path(OURS["HOME"], ".rustup")))
    return {"RUSTUP_HOME": home} if Path(home).is_dir() else {"HOME": str(folder)}


def _machine_type(program: bytes) -> int:
    assert program[:4] == b"\x7fELF"
    found: int = struct.unpack_from("<H", program, 18)[0]
    return found


def _said(machine: Machine) -> str:
    path = machine.folder / "bootstrap"
    path.write_bytes(machine.zip().read("bootstrap"))
    path.chmod(0o700)
    done = subprocess.run([str(path)], capture_output=True, text=True, check=True)
    return done.stdout + done.stderr
