"""The emulator that plays AWS: one process on one loopback port, with a folder of its own."""

from __future__ import annotations

import errno
import socket
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import boto3
import requests
from botocore.config import Config

from local import processes
from local.client import direct
from local.errors import AddressUnusable, PlatformFailed, PortInUse

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

REGION: Final = "us-east-1"
ACCESS_KEY: Final = "test"
"""The emulator takes any key; this one belongs to its account 000000000000."""

# Pauses of the state machines, and the looks at a running task, take half of what the definitions say.
# Less would end a container's state early: it looks 600 times, whatever a look takes.
WAIT_SCALE: Final = "0.5"

RIGHTS: Final = "rights.jsonl"
"""In a platform's folder: what was asked of IAM, and whether it was allowed."""

_START_SECONDS: Final = 20
_GRACE_SECONDS: Final = 0.5  # whatever it holds goes with it
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A running emulator. `folder` is removed with it, and holds whatever it or its functions write."""

    host: str
    port: int
    folder: Path

    @property
    def endpoint_url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def client(self, service: str) -> Any:
        """The boto3 client for one of its services."""
        return _client(self.endpoint_url, service)


@cache
def _client(endpoint_url: str, service: str) -> Any:
    """Made once, which takes longer than most calls; threads may share it."""
    session = boto3.Session(ACCESS_KEY, ACCESS_KEY, region_name=REGION)
    config = Config(retries={"max_attempts": 2}, s3={"addressing_style": "path"}, proxies={})
    return session.client(service, endpoint_url=endpoint_url, config=config)  # type: ignore[call-overload] # the name is not a literal


@contextmanager
def running(host: str = LOOPBACK, port: int = 0, *, is_enforced: bool = False) -> Iterator[Platform]:
    """A platform on `port` (0: one that is free) of an address of this machine, with nothing in it.

    Where IAM is enforced, a function may do what its role allows; each question is kept in RIGHTS of the folder.

    Raises PortInUse, AddressUnusable, ProgramMissing, or PlatformFailed with the emulator's last lines.
    """
    processes.require("git", "node", "npm")
    with TemporaryDirectory(prefix="deployer-", ignore_cleanup_errors=True) as folder:
        platform = Platform(host=host, port=_free(host, port), folder=Path(folder))
        output = platform.folder / "platform.log"
        env = _env(platform) | ({"AUTH": "true"} if is_enforced else {})
        start = partial(processes.running, folder=platform.folder, env=env, output=output)
        with start(_COMMAND, grace_seconds=_GRACE_SECONDS) as process:
            _wait_until_ready(platform, process)
            yield platform


_EMULATOR: Final = Path(__file__).parent / "emulator"
_COMMAND: Final = (sys.executable, str(_EMULATOR))


def _free(host: str, port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                advice = "stop what listens there, or choose another with PORT=N"
                raise PortInUse(f"port {port} of {host} is in use: {advice}") from None
            raise AddressUnusable(f"cannot listen at {host}:{port}: {error.strerror}") from None
        return int(probe.getsockname()[1])


def _env(platform: Platform) -> dict[str, str]:
    """Every function process inherits all of it, so it holds nothing of this machine's."""
    folder = str(platform.folder)
    return processes.environment(platform.folder) | {
        "GATEWAY_PORT": str(platform.port),
        "BIND_HOST": platform.host,
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": f"unix://{folder}/no-docker.sock",
        "STATE_DIR": folder,
        "S3_DATA_DIR": folder,
        "MINISTACK_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "SFN_WAIT_SCALE": WAIT_SCALE,
        "NODE_OPTIONS": f'--require "{_EMULATOR / "awslambda.cjs"}"',
        "LOG_LEVEL": "WARNING",
    }


def _wait_until_ready(platform: Platform, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not _is_ready(platform):
        if process.poll() is not None or time.monotonic() > deadline:
            raise PlatformFailed(f"the emulator did not start:\n{_last_lines(platform.folder / 'platform.log')}")
        time.sleep(0.05)


def _is_ready(platform: Platform) -> bool:
    try:
        with direct() as http:
            return http.get(f"{platform.endpoint_url}/_ministack/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def _last_lines(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
