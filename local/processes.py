"""Child processes that take their own children with them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from local import process_table
from local.errors import ProgramMissing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

GRACE_SECONDS: Final = 3.0

# How this machine reaches package registries: proxies, certificates, mirrors. Builds need them.
_REGISTRY_SETTINGS: Final = frozenset(
    {
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NODE_EXTRA_CA_CERTS",
        "REQUESTS_CA_BUNDLE",
        "GOPROXY",
        "GOSUMDB",
    }
)
_REGISTRY_PREFIXES: Final = ("PIP_", "UV_", "NPM_CONFIG_")


def environment(home: Path) -> dict[str, str]:
    """The smallest environment that programs run in: PATH, a language, and `home` as home and temporary folder."""
    path = os.environ["PATH"]
    return {"PATH": path, "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}


def registry_settings() -> dict[str, str]:
    """This machine's own settings for package registries."""
    own = os.environ.items()
    return {name: value for name, value in own if _is_registry_setting(name.upper())}


def rust_settings() -> dict[str, str]:
    """Where this machine's Rust is, which a build's own home does not tell."""
    home = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
    return {"RUSTUP_HOME": home} if Path(home).is_dir() else {}


def _is_registry_setting(name: str) -> bool:
    return name in _REGISTRY_SETTINGS or name.startswith(_REGISTRY_PREFIXES)


def require(*programs: str) -> None:
    """Raises ProgramMissing for the first program that is not on PATH."""
    for program in programs:
        if shutil.which(program) is None:
            raise ProgramMissing(f"{program} is not on PATH: install it, then try again")


def start(
    command: Sequence[str], *, folder: Path, env: Mapping[str, str], output: Path
) -> subprocess.Popen[bytes]:
    """A child in a process group of its own, its output added to the file `output`."""
    with output.open("ab") as sink:
        return subprocess.Popen(
            command, cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, process_group=0
        )


def end(process: subprocess.Popen[bytes], grace_seconds: float = GRACE_SECONDS) -> None:
    """The child is gone, and what descends from it: asked first, killed after `grace_seconds`."""
    # Some descendants have groups of their own.
    groups = {process.pid, *(row.group for row in process_table.family(process.pid))}
    _signal(process.pid, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        process.wait(grace_seconds)
    for group in groups:
        _signal(group, signal.SIGKILL)
    process.wait()


def _signal(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


@contextmanager
def running(
    command: Sequence[str],
    *,
    folder: Path,
    env: Mapping[str, str],
    output: Path,
    grace_seconds: float = GRACE_SECONDS,
) -> Iterator[subprocess.Popen[bytes]]:
    """A child that ends with the context."""
    process = start(command, folder=folder, env=env, output=output)
    try:
        yield process
    finally:
        end(process, grace_seconds)
