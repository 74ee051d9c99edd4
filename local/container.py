"""One task's container, played by a child process in a folder and a process group of its own."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final, Self

from deployer.removal import remove
from local import isolation, processes

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator, Mapping

# CloudWatch Logs, PutLogEvents: at most 10,000 events and 1 MB, each event counting 26 bytes more than its text.
_BATCH_BYTES: Final = 1_000_000
_LINE_CHARACTERS: Final = 10_000
_MAX_OUTPUT_BYTES: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a started task asks for: one container, and the environment that its overrides give."""

    arn: str
    definition: str
    container: str
    environment: Mapping[str, str]

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> Task:
        """From one of DescribeTasks' tasks. A task of ours has one container."""
        overrides = description.get("overrides", {}).get("containerOverrides", [])
        container = overrides[0] if overrides else description["containers"][0]
        return cls(
            arn=description["taskArn"],
            definition=description["taskDefinitionArn"],
            container=container["name"],
            environment={each["name"]: each["value"] for each in container.get("environment", [])},
        )

    @property
    def id(self) -> str:
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    task: Task
    folder: Path
    process: subprocess.Popen[bytes]
    started: float

    @classmethod
    def start(cls, task: Task, script: Path, environment: Mapping[str, str], parent: Path) -> Self:
        """Runs `script` with the program's and the task's environment and nothing else. Raises OSError.

        It sees no other process of this machine, where that can be had.
        """
        folder = Path(mkdtemp(prefix="task-", dir=parent))
        home = folder / "home"
        home.mkdir()
        env = {**processes.environment(home), **environment, **task.environment}
        command = [*isolation.prefix(), sys.executable, str(script)]
        process = processes.start(command, folder=home, env=env, output=folder / "output.log")
        return cls(task=task, folder=folder, process=process, started=time.monotonic())

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the signal that killed it."""
        return self.process.poll()

    def end(self) -> None:
        processes.end(self.process)

    def remove(self) -> None:
        remove(self.folder)

    def send_output(self, ecs: Any, logs: Any) -> None:
        """Its output is in the log group that its task definition names, as the awslogs driver would leave it."""
        definition = ecs.describe_task_definition(taskDefinition=self.task.definition)["taskDefinition"]
        options = definition["containerDefinitions"][0].get("logConfiguration", {}).get("options", {})
        lines = self._output()
        if lines and "awslogs-group" in options:
            group = options["awslogs-group"]
            stream = f"{options.get('awslogs-stream-prefix', 'ecs')}/{self.task.container}/{self.task.id}"
            logs.create_log_stream(logGroupName=group, logStreamName=stream)
            for batch in _batches(lines):
                logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=_events(batch))

    def _output(self) -> list[str]:
        """The last lines, at most 4 MB of them."""
        with (self.folder / "output.log").open("rb") as output:
            size = output.seek(0, 2)
            output.seek(max(0, size - _MAX_OUTPUT_BYTES))
            text = output.read().decode(errors="replace")
        return [line[:_LINE_CHARACTERS] for line in text.splitlines() if line.strip()]


def _batches(lines: list[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        cost = len(line.encode()) + 26
        if batch and (size + cost > _BATCH_BYTES or len(batch) == 10_000):
            yield batch
            batch, size = [], 0
        batch.append(line)
        size += cost
    if batch:
        yield batch


def _events(batch: list[str]) -> list[dict[str, Any]]:
    now_ms = int(time.time() * 1000)
    return [{"timestamp": now_ms, "message": line} for line in batch]
