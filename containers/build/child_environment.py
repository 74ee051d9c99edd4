"""What a build is told of the machine, and nothing else."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE: Final = Path(__file__).resolve().parent
# How a machine reaches the package registries, where its Rust is, and caches that outlive a session. On AWS only
# the second is set, if anything.
_SETTINGS: Final = frozenset(
    {
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "NODE_EXTRA_CA_CERTS",
        "GOPROXY",
        "GOSUMDB",
        "RUSTUP_HOME",
        "GOPATH",
        "GOCACHE",
        "ZIG_GLOBAL_CACHE_DIR",
    }
)
_PREFIXES: Final = ("UV_", "NPM_CONFIG_")


def child_environment(ours: Mapping[str, str], *, home: Path, caches: Path) -> dict[str, str]:
    """Made from nothing; `home` holds the build's home and temporary folder.

    The caches are shared by the units of one session, and gone with it.
    """
    return {
        "PATH": f"{Path(sys.executable).parent}:{ours['PATH']}",
        "HOME": str(home / "home"),
        "TMPDIR": str(home / "tmp"),
        "LANG": "C.UTF-8",
        "PYTHONPATH": f"{_HERE}:{ours.get('PYTHONPATH', '')}",
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_NO_PROGRESS": "1",
        "NPM_CONFIG_IGNORE_SCRIPTS": "true",
        "NPM_CONFIG_AUDIT": "false",
        "NPM_CONFIG_FUND": "false",
        "NPM_CONFIG_UPDATE_NOTIFIER": "false",
        "GOFLAGS": "-modcacherw",  # what is read-only could not be removed
        "UV_CACHE_DIR": str(caches / "uv"),
        "NPM_CONFIG_CACHE": str(caches / "npm"),
        "GOPATH": str(caches / "go"),
        "GOCACHE": str(caches / "go-build"),
        "CARGO_HOME": str(caches / "cargo"),
        "ZIG_GLOBAL_CACHE_DIR": str(caches / "zig"),
        **{name: value for name, value in ours.items() if _is_setting(name.upper())},
    }


def _is_setting(name: str) -> bool:
    return name in _SETTINGS or name.startswith(_PREFIXES)
