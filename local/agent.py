"""What ECS does on AWS: runs the container of each RUNNING task, here as a child process."""

from __future__ import annotations

import logging
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from local import processes, tools
from local.container import Container, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local.platform import Platform

ROOT: Final = Path(__file__).resolve().parent.parent
CACHE: Final = ROOT / ".local" / "cache"
POLL_SECONDS: Final = 0.1
TASK_SECONDS: Final = 1200.0
"""A task that is still running after this is killed; the states' own limits are shorter."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What runs in the place of an image."""

    script: Path
    environment: Mapping[str, str]


def programs() -> dict[str, Program]:
    """The application's two images, by container name: their own entry points, under this interpreter."""
    path = {"PATH": f"{tools.bin_folder()}:{processes.environment(ROOT)['PATH']}"}
    target = {"TARGET_PYTHON": f"{sys.version_info.major}.{sys.version_info.minor}"}
    caches = {"UV_CACHE_DIR": str(CACHE / "uv"), "NPM_CONFIG_CACHE": str(CACHE / "npm")}
    caches |= {"GOPATH": str(CACHE / "go"), "GOCACHE": str(CACHE / "go-build")}
    caches |= {"ZIG_GLOBAL_CACHE_DIR": str(CACHE / "zig")}
    machine = processes.registry_settings() | processes.rust_settings()
    return {
        "clone": _program("clone", {}),
        "build": _program("build", path | target | caches | machine),
    }


def _program(name: str, environment: Mapping[str, str]) -> Program:
    folder = ROOT / "containers" / name
    path = f"{folder}:{ROOT / 'functions'}"
    return Program(script=folder / f"{name}.py", environment={"PYTHONPATH": path, **environment})


class Agent:
    """Watches one cluster. Each look starts what is new, ends what was stopped, and reports what has ended."""

    def __init__(self, platform: Platform, cluster: str, known: Mapping[str, Program]) -> None:
        self._ecs: Any = platform.client("ecs")
        self._logs: Any = platform.client("logs")
        self._vault: Any = platform.client("secretsmanager")
        self._folder = platform.folder
        self._cluster = cluster
        self._known = known
        self._running: dict[str, Container] = {}

    def look(self) -> None:
        wanted = self._ecs.list_tasks(cluster=self._cluster, desiredStatus="RUNNING")["taskArns"]
        self._start([arn for arn in wanted if arn not in self._running])
        for arn, container in list(self._running.items()):
            self._follow(arn, container, is_wanted=arn in wanted)

    def _start(self, arns: list[str]) -> None:
        if arns:
            for description in self._ecs.describe_tasks(cluster=self._cluster, tasks=arns)["tasks"]:
                self._start_one(Task.from_description(description))

    def _start_one(self, task: Task) -> None:
        try:
            program = self._known[task.container]
            environment = {**program.environment, **self._secrets(task)}
            self._running[task.arn] = Container.start(task, program.script, environment, self._folder)
        except (KeyError, OSError, ClientError) as error:
            self._stop(task.arn, f"{task.container} could not be started: {error!r}")

    def _secrets(self, task: Task) -> dict[str, str]:
        """What its definition has from AWS Secrets Manager, as ECS gives it."""
        definition = self._ecs.describe_task_definition(taskDefinition=task.definition)["taskDefinition"]
        wanted = definition["containerDefinitions"][0].get("secrets", [])
        return {each["name"]: self._secret(each["valueFrom"]) for each in wanted}

    def _secret(self, arn: str) -> str:
        return str(self._vault.get_secret_value(SecretId=arn)["SecretString"])

    def _follow(self, arn: str, container: Container, *, is_wanted: bool) -> None:
        exit_code = container.exit_code
        is_overdue = time.monotonic() - container.started > TASK_SECONDS
        if is_wanted and exit_code is None and not is_overdue:
            return
        del self._running[arn]
        self._end(container)
        if is_wanted:
            self._stop(
                arn, f"killed after {TASK_SECONDS:.0f} s" if exit_code is None else f"exit code {exit_code}"
            )

    def _end(self, container: Container) -> None:
        """Its group is killed, its output is in its log group, its folder is gone."""
        container.end()
        try:
            container.send_output(self._ecs, self._logs)
        except Exception:
            logger.exception("the output of %s was not logged", container.task.arn)
        container.remove()

    def _stop(self, arn: str, reason: str) -> None:
        self._ecs.stop_task(cluster=self._cluster, task=arn, reason=reason)

    def close(self) -> None:
        """Nothing that it started is left."""
        for container in self._running.values():
            container.end()
            container.remove()


@contextmanager
def running(platform: Platform, cluster: str) -> Iterator[None]:
    """An agent that watches in the background for as long as the context lasts."""
    stop = threading.Event()
    agent = Agent(platform, cluster, programs())
    thread = threading.Thread(target=_watch, args=(agent, stop), name="agent")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        agent.close()


def _watch(agent: Agent, stop: threading.Event) -> None:
    while not stop.wait(POLL_SECONDS):
        try:
            agent.look()
        except Exception:
            # One failed look must not leave every later task waiting.
            logger.exception("the agent could not look at the cluster's tasks")
