"""The agent: each RUNNING task is one child process, and neither outlives the other."""

from __future__ import annotations

import json
import subprocess
import time
from typing import TYPE_CHECKING, Any

import pytest
from local import isolation
from local.agent import Agent, Program
from tests.clone_task import processes_about

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from local.platform import Platform

GROUP = "/tasks"
PATIENCE_SECONDS = 20


class Cluster:
    """A cluster with an agent that looks when it is told to."""

    def __init__(self, platform: Platform, agent: Agent, name: str) -> None:
        self._platform, self._agent, self._name = platform, agent, name
        self._ecs: Any = platform.client("ecs")

    def run(self, container: str, **environment: str) -> str:
        """The task's arn; the agent has looked once."""
        overrides = [{"name": name, "value": value} for name, value in environment.items()]
        answer = self._ecs.run_task(
            cluster=self._name,
            taskDefinition=container,
            overrides={"containerOverrides": [{"name": container, "environment": overrides}]},
        )
        self._agent.look()
        return str(answer["tasks"][0]["taskArn"])

    def task(self, arn: str) -> dict[str, Any]:
        tasks: list[dict[str, Any]] = self._ecs.describe_tasks(cluster=self._name, tasks=[arn])["tasks"]
        return tasks[0]

    def stop(self, arn: str) -> None:
        self._ecs.stop_task(cluster=self._name, task=arn, reason="asked for")

    def look_until(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, "it did not come to be so"
            self._agent.look()

    def settle(self, arn: str) -> dict[str, Any]:
        self.look_until(lambda: self.task(arn)["lastStatus"] == "STOPPED")
        return self.task(arn)

    def logged(self) -> list[str]:
        pages = self._platform.client("logs").get_paginator("filter_log_events").paginate(logGroupName=GROUP)
        return [event["message"] for page in pages for event in page["events"]]

    def folders(self) -> list[Path]:
        return list(self._platform.folder.glob("task-*"))


@pytest.fixture
def cluster(bare_platform: Platform, tmp_path: Path) -> Iterator[Cluster]:
    ecs = bare_platform.client("ecs")
    ecs.create_cluster(clusterName=tmp_path.name)
    bare_platform.client("logs").create_log_group(logGroupName=GROUP)
    script = tmp_path / "work.py"
    script.write_text(WORK)
    for name in ("work", "unknown"):
        ecs.register_task_definition(family=name, containerDefinitions=[_definition(name)])
    agent = Agent(bare_platform, tmp_path.name, {"work": Program(script=script, environment={"TARGET": "x"})})
    yield Cluster(bare_platform, agent, tmp_path.name)
    agent.close()
    bare_platform.client("logs").delete_log_group(logGroupName=GROUP)


WORK = """
import json, os, pathlib, subprocess, sys, time
print(json.dumps(dict(os.environ)))
if os.environ["DO"] == "sleep":
    sleeper = [sys.executable, "-c", "import time; time.sleep(600)", os.environ["NOTE"]]
    subprocess.Popen(sleeper)
    subprocess.Popen(sleeper, start_new_session=True)
    open(os.environ["NOTE"], "w")
    time.sleep(600)
if os.environ["DO"] == "look":
    for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
        try:
            print(path.read_text())
        except OSError:
            pass
    sys.exit(0)
sys.exit(int(os.environ["DO"]))
"""


def test_task_that_looks_around(cluster: Cluster) -> None:
    """The processes around it, and what they were started with, are out of its sight."""
    if not isolation.prefix():
        pytest.skip("this machine gives a process no process table of its own")
    secret = {"PATH": "/usr/bin:/bin", "AWS_SECRET_ACCESS_KEY": "canary-of-the-person"}
    with subprocess.Popen(["sleep", "60"], env=secret) as theirs:
        cluster.settle(cluster.run("work", DO="look"))
        theirs.kill()

    assert any("DO=look" in line for line in cluster.logged())
    assert not any("canary-of-the-person" in line for line in cluster.logged())


def _definition(name: str) -> dict[str, Any]:
    options = {"awslogs-group": GROUP, "awslogs-stream-prefix": "task", "awslogs-region": "us-east-1"}
    logging = {"logDriver": "awslogs", "options": options}
    return {"name": name, "image": "local/work", "memory": 64, "logConfiguration": logging}


def test_task_that_ends(cluster: Cluster) -> None:
    """The task stops with the exit code in its reason, its output is logged, its folder is gone."""
    arn = cluster.run("work", DO="3")

    task = cluster.settle(arn)

    assert task["stoppedReason"] == "exit code 3"
    assert json.loads(cluster.logged()[0])["DO"] == "3"
    assert cluster.folders() == []


def test_environment_of_a_task(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child sees the program's and the overrides' environment, and none of its parent's."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "of the parent")

    cluster.settle(cluster.run("work", DO="0", PLAN_URL="http://plan"))

    seen = json.loads(cluster.logged()[0])
    assert seen["PLAN_URL"] == "http://plan"
    assert set(seen) - {"LC_CTYPE", "PWD", "SHLVL", "_"} == {
        "DO", "HOME", "LANG", "PATH", "PLAN_URL", "PYTHONUNBUFFERED", "TARGET", "TMPDIR",
    }  # fmt: skip


def test_task_that_is_stopped(cluster: Cluster, tmp_path: Path) -> None:
    """The child dies with its task, and so do the child's own children, whatever group they are in."""
    note = tmp_path / "note"
    arn = cluster.run("work", DO="sleep", NOTE=str(note))
    cluster.look_until(note.exists)

    cluster.stop(arn)
    cluster.look_until(lambda: cluster.folders() == [])

    assert processes_about(str(note)) == []


def test_task_that_cannot_be_started(cluster: Cluster) -> None:
    """The agent's own failures stop the task: no state waits for a container that never was."""
    task = cluster.settle(cluster.run("unknown", DO="0"))

    assert "could not be started" in task["stoppedReason"]
